namespace Simulation.Plc.Medium;

/// <summary>
/// The part of each MAC frame that data may not use (PRIME): the coordinator's beacon, one of each switch every 32 frames, and the keep-alive questions and answers, taken together at the front
/// of the frame. A transmission that would run into the next frame waits for it. G3 has no such thing.
/// </summary>
internal sealed class BeaconFrame
{
    private const int BeaconOctets = 24, AliveOctets = 20, FramesOfSwitch = 32, MostSwitchSlots = 4;
    private readonly long _began, _frame, _reserved;

    internal BeaconFrame(PowerLinePlan plan, int switches, long began)
    {
        (_began, _frame) = (began, plan.Phy.FrameTicks);
        if (_frame == 0)
        {
            return;
        }

        var hops = plan.Levels.Select((share, level) => share * (level + 1)).Sum();
        var beacons = 1 + Math.Min(MostSwitchSlots, (switches + FramesOfSwitch - 1) / FramesOfSwitch);
        var alive = plan.AliveEvery > TimeSpan.Zero ? plan.Nodes * 2 * hops * plan.Phy.AirOfPpdu(AliveOctets).Ticks * _frame / plan.AliveEvery.Ticks : 0;
        _reserved = Math.Min(_frame / 2, (long)((beacons * plan.Phy.AirOfPpdu(BeaconOctets).Ticks) + alive));
    }

    /// <summary>What is taken of the medium, 0 to 1.</summary>
    internal double Share => _frame == 0 ? 0 : (double)_reserved / _frame;

    /// <summary>The first time at or after another at which so long a transmission fits.</summary>
    internal long Fit(long at, long length)
    {
        if (_frame == 0)
        {
            return at;
        }

        var into = (at - _began) % _frame;
        if (into < _reserved)
        {
            (at, into) = (at + _reserved - into, _reserved);
        }

        return into + length > _frame ? at + _frame - into + _reserved : at;
    }

    /// <summary>Reserved time from the beginning until a time.</summary>
    internal long Until(long at) => _frame == 0 ? 0 : ((at - _began) / _frame * _reserved) + Math.Min(_reserved, (at - _began) % _frame);
}
