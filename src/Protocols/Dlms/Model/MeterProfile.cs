using Metering;

namespace Protocols.Dlms.Model;

/// <summary>One profile of a kind of meter.</summary>
/// <param name="Task">What a collection task calls it: <c>daily-profile</c>, <c>load-profile</c>, <c>billing-profile</c>, or an event log's name.</param>
/// <param name="Name">The object's logical name.</param>
/// <param name="Stamp">Whether a row's time is the end or the start of its interval.</param>
/// <param name="IsEventLog">Its rows are events.</param>
public sealed record ProfileDefinition(string Task, Obis Name, StampEdge Stamp, bool IsEventLog);

/// <summary>
/// What is known of a kind of meter and stands in no object of it: which profile is which, what a column's values are, how the clock counts. A data file, a line a fact:
/// <code>
/// name idis
/// deviation standard | inverted
/// status idis | dsmr | none          meaning of the status bits
/// status-column 0-0:96.10.*          which column is the status
/// nulls repeat | missing             what null-data in a cell means
/// associations 1                     how many the meter keeps open
/// clock 2 9 3600                     seconds a clock may be wrong: ignored, shifted, set
/// locks-after 3                      APDUs it cannot open, one after another, before it takes nothing any more
/// counter 0-0:43.1.0*255             which object tells the public client the counter that is expected of us
/// pre-established 102                the client whose association is always there, for broadcasts
/// profile daily-profile 1-0:99.2.0*255 end
/// log standard 0-0:99.98.0*255
/// kind 1-0:*.8.* register            first line that fits a column
/// event idis 1 power down
/// alarm 0 clock invalid              meaning of a bit of the alarm registers 0-0:97.98.*
/// </code>
/// and the lines of <see cref="ChannelDefinitions"/> and <see cref="ControlDefinitions"/>.
/// </summary>
public sealed class MeterProfile
{
    private readonly List<(ObisPattern Pattern, ReadingKind Kind)> _kinds = [];
    private readonly List<ProfileDefinition> _profiles = [];
    private readonly List<ObisPattern> _statusColumns = [];
    private readonly Dictionary<int, string> _events = [], _alarms = [];

    private MeterProfile()
    {
    }

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How the clock counts its deviation.</summary>
    public DeviationSign Deviation { get; private set; }

    /// <summary>What status bits mean.</summary>
    public StatusSet Status { get; private set; }

    /// <summary>null-data in a cell means "as above"; false: "not there".</summary>
    public bool NullsRepeat { get; private set; } = true;

    /// <summary>Associations the meter keeps open at once.</summary>
    public int Associations { get; private set; } = 1;

    /// <summary>How wrong its clock may be: left alone, shifted, set.</summary>
    public (TimeSpan Ignore, TimeSpan Shift, TimeSpan Set) ClockWindow { get; private set; } = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(3600));

    /// <summary>After so many APDUs it cannot open, one after another, the meter takes nothing any more; 0 for never.</summary>
    public int LocksAfter { get; private set; }

    /// <summary>The client whose association is always there, for broadcasts; 0 for none that is known.</summary>
    public int PreEstablished { get; private set; }

    /// <summary>The object that tells the public client which invocation counter the meter expects, of every client; none where it is found out.</summary>
    public Obis CounterObject { get; private set; }

    /// <summary>Whose event numbers it has: idis, dsmr, prime, stg, own.</summary>
    public string EventSet { get; private set; } = "own";

    /// <summary>Its M-Bus channels.</summary>
    public ChannelDefinitions Channels { get; } = new();

    /// <summary>What orders act on.</summary>
    public ControlDefinitions Controls { get; } = new();

    /// <summary>Its profiles and logs, in the order of the file.</summary>
    public IReadOnlyList<ProfileDefinition> Profiles => _profiles;

    /// <summary>The profile of a task; null where the meter has none.</summary>
    public ProfileDefinition? Find(string task) => _profiles.Find(profile => profile.Task == task);

    /// <summary>What the values of an object are.</summary>
    public ReadingKind KindOf(Obis name) => _kinds.Find(kind => kind.Pattern.Fits(name)) is { Pattern.IsNone: false } found ? found.Kind : ReadingKind.Instant;

    /// <summary>True for the status column.</summary>
    public bool IsStatus(Obis name) => _statusColumns.Exists(pattern => pattern.Fits(name));

    /// <summary>An event's number in words; empty where the file has none.</summary>
    public string EventText(int number) => _events.GetValueOrDefault(number, "");

    /// <summary>A bit of an alarm register in words; empty where the file has none.</summary>
    public string AlarmText(int bit) => _alarms.GetValueOrDefault(bit, "");

    /// <summary>Reads a data file.</summary>
    /// <param name="fault">Which line is wrong, and how; null where none is.</param>
    public static MeterProfile? Parse(string text, out string? fault)
    {
        var profile = new MeterProfile();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0 && !profile.Take(words))
            {
                fault = $"line {number} of the meter profile is not understood: {line.Trim()}";
                return null;
            }
        }

        fault = profile.Name.Length == 0 ? "the meter profile has no name" : null;
        return fault is null ? profile : null;
    }

    private bool Take(string[] words)
    {
        switch (words)
        {
            case ["name", var name]:
                Name = name;
                return true;
            case ["deviation", "standard" or "inverted"]:
                Deviation = words[1] == "inverted" ? DeviationSign.Inverted : DeviationSign.Standard;
                return true;
            case ["nulls", "repeat" or "missing"]:
                NullsRepeat = words[1] == "repeat";
                return true;
            case ["associations", var count]:
                Associations = int.TryParse(count, out var many) ? many : 0;
                return Associations is >= 1 and <= 16;
            case ["clock", var ignore, var shift, var set]:
                if (!int.TryParse(ignore, out var least) || !int.TryParse(shift, out var some) || !int.TryParse(set, out var most) || least < 0 || some < least || most < some || most > 3600)
                {
                    return false;
                }

                ClockWindow = (TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(some), TimeSpan.FromSeconds(most));
                return true;
            case ["locks-after", var count]:
                LocksAfter = int.TryParse(count, out var bad) ? bad : -1;
                return LocksAfter is >= 0 and <= 100;
            case ["pre-established", var sap]:
                PreEstablished = int.TryParse(sap, out var client) ? client : 0;
                return PreEstablished is >= 1 and <= 127;
            case ["counter", var name]:
                CounterObject = Obis.TryParse(name, out var counter) ? counter : default;
                return !counter.IsNone;
            case ["status", "idis" or "dsmr" or "none"]:
                Status = words[1] switch { "idis" => StatusSet.Idis, "dsmr" => StatusSet.Dsmr, _ => StatusSet.None };
                return true;
            case ["status-column", var pattern]:
                _statusColumns.Add(ObisPattern.Parse(pattern));
                return !_statusColumns[^1].IsNone;
            case ["profile", var task, var name, "end" or "start" or "none"]:
                _profiles.Add(new ProfileDefinition(task, Obis.TryParse(name, out var obis) ? obis : default, words[3] switch { "end" => StampEdge.End, "start" => StampEdge.Start, _ => StampEdge.None }, false));
                return !obis.IsNone;
            case ["log", var task, var name]:
                _profiles.Add(new ProfileDefinition(task, Obis.TryParse(name, out var log) ? log : default, StampEdge.None, true));
                return !log.IsNone;
            case ["kind", var pattern, var kind]:
                _kinds.Add((ObisPattern.Parse(pattern), Enum.TryParse<ReadingKind>(kind, ignoreCase: true, out var known) ? known : default));
                return !_kinds[^1].Pattern.IsNone && string.Equals(known.ToString(), kind, StringComparison.OrdinalIgnoreCase);
            case ["event", var set, var code, .. var meaning]:
                EventSet = set;
                return int.TryParse(code, out var number) && _events.TryAdd(number, string.Join(' ', meaning));
            case ["alarm", var bit, .. var meaning]:
                return int.TryParse(bit, out var alarm) && alarm is >= 0 and < 64 && _alarms.TryAdd(alarm, string.Join(' ', meaning));
            default:
                return Channels.Take(words) || Controls.Take(words);
        }
    }
}
