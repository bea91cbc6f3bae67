namespace Drivers.Dlms;

/// <summary>
/// How long a meter's answer is awaited before the question is sent again: four times the slowest of late, so that neither a slow meter is asked twice nor a fast one waited for in vain.
/// </summary>
/// <param name="most">No answer is awaited longer; also before anything is known.</param>
internal sealed class AnswerPatience(TimeSpan most)
{
    private const int Times = 4;

    /// <summary>A meter may think for 5 s over the first block of a long answer, whatever it needs for others.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(8);

    private TimeSpan? _slowest;

    /// <summary>How long the next answer is awaited.</summary>
    internal TimeSpan Next => _slowest is not { } slowest || slowest * Times > most ? most : slowest * Times < Least ? (Least < most ? Least : most) : slowest * Times;

    /// <summary>An answer came after so long: a slower one counts at once, faster ones little by little.</summary>
    internal void Answered(TimeSpan after) => _slowest = _slowest is not { } slowest || after > slowest ? after : slowest - ((slowest - after) / 8);

    /// <summary>None came: the next is awaited twice as long.</summary>
    internal void Missed() => _slowest = _slowest < most ? _slowest * 2 : _slowest;
}
