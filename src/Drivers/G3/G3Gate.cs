using System.Globalization;
using Metering.Driver;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// Holds the network beside the list of who is expected: who was struck off is put out and waits in quarantine, who is on it again may come in, and a device that another meter is expected behind
/// goes on as that meter's. A kick has no confirm and may be lost: whoever speaks on as a member is put out again.
/// </summary>
/// <param name="note">Is told of each device of which something else is to be kept than before.</param>
internal sealed class G3Gate(G3Modem modem, G3Network network, IMeterAdmission admission, Action<G3Node> note, TimeProvider clock)
{
    private const long Never = -1;

    private long _seen = Never, _putOut;
    private int _isAsked;

    /// <summary>A device came in, or speaks though it was put out: everybody is looked at in the next turn, whether the list changed or not.</summary>
    internal void Look() => Interlocked.Exchange(ref _isAsked, 1);

    /// <summary>Looks at everybody where the list changed since the last turn, or somebody came.</summary>
    /// <exception cref="IOException">The modem does not take it: the next turn begins anew.</exception>
    internal async ValueTask TakeTurnAsync(CancellationToken stop)
    {
        var version = admission.Version;
        if (Interlocked.Exchange(ref _isAsked, 0) == 0 && version == _seen)
        {
            return;
        }

        _seen = Never;
        foreach (var node in network.Nodes)
        {
            if (admission.Find(node.Name, null) is { } expected)
            {
                TakeBack(node, expected);
                if (network.Reassign(node, expected))
                {
                    note(node);
                }
            }
            else if (!admission.AcceptsUnknown && node.Address != 0)
            {
                await PutOutAsync(node, stop).ConfigureAwait(false);
            }
            else if (admission.AcceptsUnknown)
            {
                TakeBack(node, null);
            }
        }

        _seen = version;
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts) => facts["nodesPutOut"] = Interlocked.Read(ref _putOut).ToString(CultureInfo.InvariantCulture);

    /// <summary>What is said of a device nobody expects.</summary>
    internal static string NotExpected(G3Node node) => $"nobody expects {node.Name} here: it waits until it is accepted (concentrator meter expect) or the shipment list names it";

    private async ValueTask PutOutAsync(G3Node node, CancellationToken stop)
    {
        var mayBeIn = node.Membership != G3Membership.Out || (node.PutOutAt is { } before && node.LastHeard >= before);
        if (mayBeIn)
        {
            await modem.SendAsync(new Kick(node.Address, node.Eui), stop).ConfigureAwait(false);
            Interlocked.Increment(ref _putOut);
        }

        if (mayBeIn || !node.IsUnlisted)
        {
            network.Quarantine(node, NotExpected(node), clock.GetTimestamp());
            note(node);
        }
    }

    /// <summary>One that was put out may never have heard of it: then a way to it is found, and it is in as it was. Else it asks to join.</summary>
    private void TakeBack(G3Node node, ExpectedMeter? expected)
    {
        if (node.IsUnlisted || node is { State: NodeState.Quarantined, Turned: MissReason.NotListed })
        {
            network.TakeBack(node, expected?.Meter ?? node.Meter);
            note(node);
        }
    }
}
