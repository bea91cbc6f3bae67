using System.Globalization;
using Simulation.Scenarios;
using Simulation.Truth;

namespace Simulation.Dlms;

/// <summary>Simulated DLMS meters on ports of their own, and the truth of what they answered.</summary>
public sealed class FeederField : IDisposable
{
    private readonly List<IDisposable> _ports = [];
    private const int FirstNumber = 1000;
    private readonly MeterTruth _truth;

    /// <summary>Opens the ports: files <c>dlms-tcp0.url</c>, <c>dlms-udp0.url</c>, <c>dlms-hdlc0.url</c>, .. hold their addresses, links <c>dlms0</c>, .. lead to the ptys.</summary>
    /// <param name="now">The true time.</param>
    public FeederField(IEnumerable<DlmsGroup> groups, int seed, double speed, string ports, Func<DateTime> now)
    {
        _truth = new MeterTruth(now);
        var ofTransport = new Dictionary<string, int>();
        foreach (var (group, member) in groups.SelectMany(group => Enumerable.Range(0, group.Count).Select(member => (group, member))))
        {
            var number = FirstNumber + Meters.Count;
            var meter = new DlmsMeter(group.Plan with { Number = number, Seed = seed, BlockWindow = group.Transport == DlmsGroup.Tcp ? 8 : 1 }, now);
            _truth.Watch(meter, mayBeAskedAgain: group.Transport == DlmsGroup.Udp);
            Meters.Add(meter);
            var index = ofTransport.GetValueOrDefault(group.Transport);
            ofTransport[group.Transport] = index + 1;
            Open(group, meter, new MeterPace(unchecked(seed + number), speed), group.Port == 0 ? 0 : group.Port + member, Path.Combine(ports, FileOf(group.Transport, index)));
        }
    }

    /// <summary>All meters.</summary>
    public List<DlmsMeter> Meters { get; } = [];

    /// <summary>The keys, as lines of a keys file.</summary>
    public IEnumerable<string> KeyLines => Meters.SelectMany(meter => meter.KeyLines);

    /// <summary>Genuine APDUs under a counter that was used before: none, or the box has repeated a counter.</summary>
    public int RepeatedCounters => Meters.Sum(meter => meter.Keys.Repeated + meter.ReadingKeys.Repeated);

    /// <summary>Tells what was answered since the last time, and whose port was closed.</summary>
    internal void Tell(TruthFile truth) => _truth.Tell(truth);

    /// <summary>The end of all: nobody takes answers any more.</summary>
    internal void Close(TruthFile truth)
    {
        Dispose();
        Tell(truth); // what was answered while the end came: the answer to a question in the middle is of no use to anybody
        Meters.ForEach(_truth.FarEndClosed);
        Tell(truth);
    }

    public void Dispose()
    {
        foreach (var port in _ports.OfType<MeterPort>())
        {
            port.Stop();
        }

        foreach (var port in _ports)
        {
            port.Dispose();
        }
    }

    private void Open(DlmsGroup group, DlmsMeter meter, MeterPace pace, int port, string file)
    {
        void Closed() => _truth.FarEndClosed(meter);
        if (group.Transport == DlmsGroup.Udp)
        {
            var datagrams = new MeterUdpPort(meter, pace, file, port);
            datagrams.FarEndClosed += Closed;
            _ports.Add(datagrams);
            return;
        }

        var one = group.Transport == DlmsGroup.Pty ? MeterPort.OnPty(meter, pace, file)
            : MeterPort.OnTcp(meter, pace, file, port, group.Transport == DlmsGroup.HdlcTcp ? new MeterHdlcPlan(Longest: 512) : null);
        one.FarEndClosed += Closed;
        _ports.Add(one);
    }

    private static string FileOf(string transport, int index) => transport switch
    {
        DlmsGroup.Pty => string.Create(CultureInfo.InvariantCulture, $"dlms{index}"),
        DlmsGroup.HdlcTcp => string.Create(CultureInfo.InvariantCulture, $"dlms-hdlc{index}.url"),
        _ => string.Create(CultureInfo.InvariantCulture, $"dlms-{transport}{index}.url"),
    };
}
