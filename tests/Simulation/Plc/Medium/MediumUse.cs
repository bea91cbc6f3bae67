namespace Simulation.Plc.Medium;

/// <summary>What the medium was used for until a time: the kinds sum up to all of it, to the tick.</summary>
public sealed class MediumUse
{
    private readonly long[] _ticks;

    internal MediumUse(long[] ticks) => _ticks = ticks;

    /// <summary>All of it.</summary>
    public TimeSpan Total => new(_ticks.Sum());

    /// <summary>What it offered to data: all of it without beacons, keep-alive, back-off and what the network says to itself.</summary>
    public TimeSpan Offered => Total - this[AirKind.Beacon] - this[AirKind.BackOff] - this[AirKind.Control];

    /// <summary>Messages that arrived.</summary>
    public long Delivered { get; internal init; }

    /// <summary>Messages that were given up.</summary>
    public long GivenUp { get; internal init; }

    /// <summary>Application octets of the messages that arrived.</summary>
    public long Octets { get; internal init; }

    /// <summary>PPDUs that were sent, all hops and repetitions counted.</summary>
    public long Ppdus { get; internal init; }

    /// <summary>Air time of a kind.</summary>
    public TimeSpan this[AirKind kind] => new(_ticks[(int)kind]);

    /// <summary>What came since an earlier look.</summary>
    public MediumUse Since(MediumUse earlier) => new([.. _ticks.Select((ticks, at) => ticks - earlier._ticks[at])])
    {
        Delivered = Delivered - earlier.Delivered, GivenUp = GivenUp - earlier.GivenUp, Octets = Octets - earlier.Octets, Ppdus = Ppdus - earlier.Ppdus,
    };

    /// <summary>One line: shares in percent.</summary>
    public override string ToString() => string.Join(' ', _ticks.Select((ticks, at) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{((AirKind)at).ToString().ToLowerInvariant()} {100.0 * ticks / Math.Max(1, _ticks.Sum()):0.0}")));
}
