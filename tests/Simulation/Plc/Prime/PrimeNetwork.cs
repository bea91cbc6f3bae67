using Simulation.Dlms;
using Simulation.Plc.Medium;

namespace Simulation.Plc.Prime;

/// <summary>
/// The service nodes of a PRIME network on their line: they look for a base node, register through their switch, open their 4-32 connection, and begin anew when they were without power, moved, or
/// lost their network. They stay when the base node is replaced by another.
/// </summary>
public sealed class PrimeNetwork
{
    private const int Registration = 24, Short = 16;
    private static readonly TimeSpan LeastSwitchWait = TimeSpan.FromSeconds(4), MostSwitchWait = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, PrimeNode> _byEui;
    private readonly Random _random;
    private PrimeBase? _base;

    /// <summary>A network on a line.</summary>
    /// <param name="meters">The meter behind a node; null for none.</param>
    public PrimeNetwork(PowerLine line, PrimePlan plan, Func<PlcNode, DlmsMeter?> meters)
    {
        (Line, Plan, _random) = (line, plan, new Random(plan.Seed));
        Nodes = [.. line.Nodes.Select(place => new PrimeNode(place, meters(place) is { } meter ? new NodeMeter(meter, new MeterPace(unchecked(plan.Seed + place.Number), 1), line.Time) : null, plan))];
        _byEui = Nodes.ToDictionary(node => node.Place.Eui);
        line.Changed += place => HearChange(_byEui[place.Eui]);
    }

    /// <summary>All nodes.</summary>
    public IReadOnlyList<PrimeNode> Nodes { get; }

    /// <summary>How it behaves.</summary>
    public PrimePlan Plan { get; }

    /// <summary>Its medium.</summary>
    public PowerLine Line { get; }

    /// <summary>Lines of a keys file: the device unique keys.</summary>
    public IEnumerable<string> KeyLines => Nodes.Where(node => node.Profile > 0).Select(node => $"{node.Place.Eui} duk={Convert.ToHexString(node.UniqueKey)}");

    internal LineTime Time => Line.Time;

    internal PrimeNode? Find(ReadOnlySpan<byte> eui) => _byEui.GetValueOrDefault(Convert.ToHexString(eui));

    /// <summary>A base node began, with empty tables: nodes find out that theirs has forgotten them.</summary>
    internal void HearStart(PrimeBase started)
    {
        _base = started;
        foreach (var node in Nodes)
        {
            Begin(node);
        }
    }

    /// <summary>A base node went silent.</summary>
    internal void HearEnd(PrimeBase ended) => _base = _base == ended ? null : _base;

    /// <summary>The base node has thrown a node out, or turned it away.</summary>
    internal void Dismiss(PrimeNode node)
    {
        node.Entry = null;
        TryLater(node);
    }

    /// <summary>A node whose connection was released opens another after a while.</summary>
    internal void ConnectLater(PrimeNode node, PrimeEntry entry) => Time.After(Plan.ConnectsWithin * (0.2 + (0.8 * _random.NextDouble())), () => Connect(node, entry));

    private void HearChange(PrimeNode node)
    {
        var now = Time.Now;
        if (!node.Place.IsPresent)
        {
            var why = Line.Presence.AbsenceAt(node.Place, now);
            node.WentAt ??= now;
            node.BeginsAnew |= why is AbsenceKind.Outage or AbsenceKind.AtNeighbour or AbsenceKind.Hopping;
            if (why == AbsenceKind.Outage)
            {
                node.Meter?.Drop();
            }

            return;
        }

        var isLost = node.Entry is not { IsGone: false } entry || node.BeginsAnew || now - node.WentAt > Line.Plan.AliveEvery || entry.Carrier?.Node.Place != node.Place.Parent;
        (node.WentAt, node.BeginsAnew) = (null, false);
        if (isLost)
        {
            Begin(node);
        }
        else if (node is { HasConnection: true, Entry: { Address: null } waiting })
        {
            ConnectLater(node, waiting); // it went in the middle of it
        }
    }

    /// <summary>It knows no network, and looks for one; what it had begun is over.</summary>
    private void Begin(PrimeNode node)
    {
        (node.Entry, node.Wait, node.SwitchWait, node.Tries) = (null, TimeSpan.Zero, TimeSpan.Zero, false);
        node.Turn++;
        Try(node, Plan.JoinsWithin * (0.1 + (0.9 * _random.NextDouble())));
    }

    private void TryLater(PrimeNode node)
    {
        node.Wait = node.Wait == TimeSpan.Zero ? Plan.TriesAgain : node.Wait * 2 > Plan.LongestWait ? Plan.LongestWait : node.Wait * 2;
        Try(node, node.Wait * (0.75 + (_random.NextDouble() / 2)));
    }

    private void Try(PrimeNode node, TimeSpan after)
    {
        if (!node.Tries)
        {
            node.Tries = true;
            var turn = node.Turn;
            Time.After(after, () =>
            {
                if (turn == node.Turn)
                {
                    Register(node);
                }
            });
        }
    }

    /// <summary>Registers: request, judgement, answer, acknowledgement. Its switch has to be registered before it, and is made one when it is needed.</summary>
    private void Register(PrimeNode node)
    {
        node.Tries = false;
        if (_base is not { } with || !node.Place.IsPresent || node.Entry is { IsGone: false })
        {
            return; // it begins again when it comes, or when a base node does
        }

        PrimeEntry? carrier = null;
        if (node.Place.Parent is { } parent)
        {
            carrier = _byEui[parent.Eui].Entry;
            if (carrier is not { IsGone: false } || carrier.Lsid == PrimeEntry.NoSwitch)
            {
                if (carrier is { IsGone: false })
                {
                    with.Promote(carrier);
                }

                node.SwitchWait = node.SwitchWait == TimeSpan.Zero ? LeastSwitchWait : node.SwitchWait * 2 > MostSwitchWait ? MostSwitchWait : node.SwitchWait * 2;
                Try(node, node.SwitchWait * (0.5 + _random.NextDouble())); // nobody there to hear it yet
                return;
            }
        }

        (node.Tries, node.SwitchWait) = (true, TimeSpan.Zero);
        Talk(node, true, Registration, () => Judge(with, node, carrier));
    }

    private void Judge(PrimeBase with, PrimeNode node, PrimeEntry? carrier)
    {
        if (with != _base || !with.Accepts(node))
        {
            Fail(node);
            return;
        }

        Talk(node, false, Registration, () => Talk(node, true, Short, () =>
        {
            node.Tries = false;
            if (with != _base || carrier is { IsGone: true })
            {
                TryLater(node);
                return;
            }

            var entry = with.Register(node, carrier);
            (node.Entry, node.Wait) = (entry, TimeSpan.Zero);
            node.Registered++;
            Orphan(node.Place);
            if (node.HasConnection)
            {
                ConnectLater(node, entry);
            }
        }));
    }

    /// <summary>Nodes behind a switch that registered anew have lost it: it is none any more.</summary>
    private void Orphan(PlcNode place)
    {
        if (!place.IsSwitch)
        {
            return;
        }

        foreach (var node in Nodes)
        {
            if (node.Place.Parent == place && node.Entry is not null && node.Place.IsPresent)
            {
                Begin(node);
            }
        }
    }

    private void Connect(PrimeNode node, PrimeEntry entry)
    {
        if (node.Entry != entry || entry.IsGone || entry.Address is not null || !node.Place.IsPresent)
        {
            return;
        }

        Line.Control(node.Place, true, Registration, up => Line.Control(node.Place, false, Short, down =>
        {
            if (up && down && node.Entry == entry && !entry.IsGone)
            {
                _base?.Connect(entry);
            }
            else
            {
                ConnectLater(node, entry);
            }
        }));
    }

    /// <summary>One message of a registration; when it is lost, so is the try.</summary>
    private void Talk(PrimeNode node, bool isUp, int octets, Action then)
    {
        var turn = node.Turn;
        Line.Control(node.Place, isUp, octets, ok =>
        {
            if (turn != node.Turn)
            {
                return; // it began anew meanwhile
            }

            if (ok)
            {
                then();
            }
            else
            {
                Fail(node);
            }
        });
    }

    private void Fail(PrimeNode node)
    {
        node.Tries = false;
        TryLater(node);
    }
}
