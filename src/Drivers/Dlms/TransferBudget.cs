using System.Globalization;
using Metering.Driver;

namespace Drivers.Dlms;

/// <summary>
/// What one question may cost a medium that many share: octets of answers, and time. Who asks knows what it asked for; a meter that never comes to an end of it costs the others that much and no more.
/// </summary>
internal sealed class TransferBudget(TimeProvider clock)
{
    /// <summary>Octets of an attribute that is no buffer and no list: calendars and push set-ups are the longest of them.</summary>
    internal const int OfAttribute = 8 * 1024;

    /// <summary>Octets of the list of all objects with their access rights, read once for each firmware; and of a log that is read whole.</summary>
    internal const int OfList = 128 * 1024;

    /// <summary>An answer of fewer octets takes the medium no shorter.</summary>
    private const int LeastAnswer = 64;

    /// <summary>Head, tag and counter may be half as many octets as what is in a short block.</summary>
    private const double WithHeads = 1.5;

    /// <summary>Octets in a second that a meter at the end of several hops still gives while the others have their share of the medium; and what it may think, and be asked again, besides.</summary>
    private const double SlowestRate = 20;
    private static readonly TimeSpan Thinking = TimeSpan.FromSeconds(60);

    private long _began;
    private int _most;
    private double _left;

    /// <summary>A question goes out whose answer has so many octets at most.</summary>
    internal void Begin(int mostOctets) => (_began, _most, _left) = (clock.GetTimestamp(), mostOctets, (mostOctets * WithHeads) + (16 * LeastAnswer));

    /// <summary>An answer came.</summary>
    /// <exception cref="MeterRefusalException">It is used up.</exception>
    internal void Spend(int octets)
    {
        _left -= Math.Max(octets, LeastAnswer);
        if (_left < 0)
        {
            throw new MeterRefusalException(string.Create(CultureInfo.InvariantCulture, $"the meter answers in ever more parts: the answer is longer than the {_most} octets it can have"));
        }

        var within = Thinking + TimeSpan.FromSeconds(_most / SlowestRate);
        if (clock.GetElapsedTime(_began) > within)
        {
            throw new MeterRefusalException(string.Create(CultureInfo.InvariantCulture, $"the answer is not whole after {within.TotalSeconds:F0} s, though the meter goes on"), MissReason.TooSlow);
        }
    }
}
