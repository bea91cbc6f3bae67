using System.Collections.Concurrent;
using System.Globalization;
using Metering;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;
using Simulation.Scenarios;
using Simulation.Truth;

namespace Simulation.Dlms;

/// <summary>Simulated DLMS meters on ports of their own, and the truth of what they answered.</summary>
public sealed class FeederField : IDisposable
{
    private readonly List<IDisposable> _ports = [];
    private const int FirstNumber = 1000;
    private readonly ConcurrentQueue<TruthLine> _truth = new();
    private readonly ConcurrentQueue<string> _closed = new();
    private readonly HashSet<string> _told = [];
    private readonly ConcurrentDictionary<string, string> _portOf = new();
    private readonly ConcurrentDictionary<(string Meter, string Column), DateTime> _answeredAt = new();
    private readonly Func<DateTime> _now;

    /// <summary>Opens the ports: files <c>dlms-tcp0.url</c>, <c>dlms-udp0.url</c>, <c>dlms-hdlc0.url</c>, .. hold their addresses, links <c>dlms0</c>, .. lead to the ptys.</summary>
    /// <param name="now">The true time.</param>
    public FeederField(IEnumerable<DlmsGroup> groups, int seed, double speed, string ports, Func<DateTime> now)
    {
        _now = now;
        var ofTransport = new Dictionary<string, int>();
        foreach (var (group, member) in groups.SelectMany(group => Enumerable.Range(0, group.Count).Select(member => (group, member))))
        {
            var number = FirstNumber + Meters.Count;
            var meter = new DlmsMeter(group.Plan with { Number = number, Seed = seed, BlockWindow = group.Transport == DlmsGroup.Tcp ? 8 : 1 }, now);
            meter.ValueAnswered += answered => TellValue(meter, answered, group.Transport == DlmsGroup.Udp);
            foreach (var profile in meter.Profiles)
            {
                profile.Answered += (one, rows) => TellRows(meter, one, rows);
            }

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
    internal void Tell(TruthFile truth)
    {
        while (_truth.TryDequeue(out var line))
        {
            truth.Add([line]);
        }

        while (_closed.TryDequeue(out var meter))
        {
            FarEndClosed(truth, meter);
        }
    }

    /// <summary>The end of all: nobody takes answers any more.</summary>
    internal void Close(TruthFile truth)
    {
        Dispose();
        Tell(truth); // what was answered while the end came: the answer to a question in the middle is of no use to anybody
        Meters.ForEach(meter => FarEndClosed(truth, meter.Name));
    }

    /// <summary>Whatever was told through a meter's port, its own values and those of the devices behind it.</summary>
    private void FarEndClosed(TruthFile truth, string meter)
    {
        foreach (var (source, _) in _portOf.Where(entry => entry.Value == meter))
        {
            truth.FarEndClosed(source);
        }
    }

    public void Dispose()
    {
        foreach (var port in _ports)
        {
            port.Dispose();
        }
    }

    private void Open(DlmsGroup group, DlmsMeter meter, MeterPace pace, int port, string file)
    {
        void Closed() => _closed.Enqueue(meter.Name);
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

    private void TellValue(DlmsMeter meter, AnsweredValue answered, bool mayBeAskedAgain)
    {
        var at = _now();
        var source = SourceOf(meter, answered.Name, meter.Clock.Now);
        var column = string.Create(CultureInfo.InvariantCulture, $"{answered.ClassId}/{answered.Name}/{answered.Attribute}.0");
        var again = mayBeAskedAgain && at - _answeredAt.GetValueOrDefault((source, column)) < Comparison.AskedTwiceWithin;
        _answeredAt[(source, column)] = at;
        _truth.Enqueue(new TruthLine(
            source, "reg", answered.Name.ToString(), answered.ClassId, answered.Attribute, 0, null, 0, answered.Value.Text(meter.Clock), answered.Scaler, UnitText(answered.UnitCode), 0,
            string.Create(CultureInfo.InvariantCulture, $"{source}/reg/answered:{at.Ticks}"), column, again ? TruthLine.AskedAgain : null, at));
    }

    /// <summary>A row's truth is told once, when it is first given to somebody; events have a truth of their own and none here.</summary>
    private void TellRows(DlmsMeter meter, ProfileObject profile, IReadOnlyList<StoredRow> rows)
    {
        if (profile.Period == 0 && profile.Name.C == 99)
        {
            return;
        }

        var columns = profile.ValueColumns.ToArray();
        foreach (var row in rows)
        {
            var source = SourceOf(meter, profile.Name, row.At);
            var key = source + RowTruth.KeyOf(meter, profile, row)[meter.Name.Length..];
            if (!_told.Add(key))
            {
                continue;
            }

            for (var i = 0; i < columns.Length; i++)
            {
                var (scaler, unit) = meter.Device.Find(columns[i].ClassId, columns[i].Name) is ICapturable scaled ? scaled.ScaleOf(columns[i].Attribute) : ((sbyte)0, (byte)255);
                _truth.Enqueue(new TruthLine(
                    source, profile.Name.ToString(), columns[i].Name.ToString(), columns[i].ClassId, columns[i].Attribute, 0, row.At.ToString("O", CultureInfo.InvariantCulture), row.Occurrence,
                    row.Values[i].Text(meter.Clock), scaler, UnitText(unit), row.Status, key, string.Create(CultureInfo.InvariantCulture, $"{columns[i].ClassId}/{columns[i].Name}/{columns[i].Attribute}.0"), null, _now()));
            }
        }
    }

    /// <summary>What stands on an M-Bus channel is the device's that was there, not the electricity meter's.</summary>
    private string SourceOf(DlmsMeter meter, Obis name, DateTime at)
    {
        var source = name.B == 0 ? meter.Name : meter.Part<MBusChannels>()?.DeviceAt(name.B, at)?.Id ?? meter.Name;
        _portOf[source] = meter.Name;
        return source;
    }

    private static string UnitText(byte code) => code switch { 13 => "m3", 30 => "Wh", 32 => "varh", 27 => "W", 29 => "var", 33 => "A", 35 => "V", 44 => "Hz", 255 => "1", _ => "?" };
}
