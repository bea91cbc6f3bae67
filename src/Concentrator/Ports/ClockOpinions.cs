namespace Concentrator.Ports;

/// <summary>What somebody outside says of the box's clock.</summary>
/// <param name="Source">Its name, as in <c>[time] sources</c>.</param>
/// <param name="Offset">Its time minus the box's.</param>
/// <param name="Uncertainty">Half of the round trip the answer took: the offset is known no better.</param>
public readonly record struct ClockOpinion(string Source, TimeSpan Offset, TimeSpan Uncertainty);

/// <summary>Takes opinions of the clock; those of sources that are not configured are passed over.</summary>
public interface IClockOpinions
{
    /// <summary>Takes one.</summary>
    void Tell(ClockOpinion opinion);
}

/// <summary>One source of time as it stands.</summary>
/// <param name="Source">Its name, as in <c>[time] sources</c>.</param>
/// <param name="State"><c>agrees</c>, <c>disagrees</c> or <c>silent</c>.</param>
/// <param name="OffsetSeconds">Its time minus the box's; null where it tells none.</param>
public sealed record ClockSourceView(string Source, string State, double? OffsetSeconds);
