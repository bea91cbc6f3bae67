namespace Simulation.Dlms;

/// <summary>How long a meter thinks: 0.2 to 0.8 s over a short answer, 0.5 to 5 s over the first block of a long one, 50 to 200 ms over the further ones.</summary>
public sealed class MeterPace(int seed, double speed)
{
    private const int Long = 400;
    private readonly Random _random = new(seed);
    private bool _inLongAnswer;

    /// <summary>It drops an association that is idle for so long: 60 to 180 s.</summary>
    public TimeSpan IdleLimit { get; } = TimeSpan.FromSeconds(60 + (Math.Abs(seed * 37L) % 121));

    /// <summary>For an answer of so many octets.</summary>
    public TimeSpan Over(int octets)
    {
        var (least, most) = octets < Long ? (200, 800) : _inLongAnswer ? (50, 200) : (500, 5000);
        _inLongAnswer = octets >= Long;
        return TimeSpan.FromMilliseconds(_random.Next(least, most)) / speed;
    }
}
