using Simulation.Plc.Medium;

namespace Simulation.Plc.Ideal;

/// <summary>
/// What a list of messages takes on a medium that is never idle and never loses anything: the next PPDU is always there when the channel is free. Nothing of it knows how the product collects.
/// </summary>
/// <param name="Air">Data, acknowledgements and the spaces around them, each hop counted: no schedule needs less.</param>
/// <param name="OnMedium">
/// The same one behind another on this medium: with the mean wait for the channel before each PPDU, with beacons and keep-alive, and with the end of a frame left empty where a PPDU does not fit
/// (PRIME). A schedule that is as good needs as long; one that puts short messages into the gaps a little less.
/// </param>
/// <param name="Ppdus">PPDUs, each hop counted.</param>
public sealed record IdealTime(TimeSpan Air, TimeSpan OnMedium, long Ppdus)
{
    /// <summary>Of messages in the order given; nodes hang where they hang now.</summary>
    public static IdealTime Of(PowerLine line, IEnumerable<IdealMessage> messages)
    {
        var phy = line.Phy;
        var frame = new BeaconFrame(line.Plan, line.Nodes.Count(node => node.IsSwitch), 0);
        var access = (phy.AccessLeast + phy.AccessMost) / 2;
        long air = 0, now = 0, ppdus = 0;
        foreach (var (node, octets) in messages)
        {
            var hops = node.Level + 1;
            foreach (var ticks in phy.Cut(octets))
            {
                var length = ticks + phy.AcknowledgementTicks;
                for (var hop = 0; hop < hops; hop++)
                {
                    now = frame.Fit(now + access, length) + length;
                }

                air += hops * length;
                ppdus += hops;
            }
        }

        return new IdealTime(new TimeSpan(air), new TimeSpan(now), ppdus);
    }
}
