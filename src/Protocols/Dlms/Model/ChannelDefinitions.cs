using Metering;

namespace Protocols.Dlms.Model;

/// <summary>One object of an M-Bus channel; group B of its name is the channel: <c>0-n:24.3.0</c>.</summary>
public readonly record struct ChannelName(Obis AtChannelZero)
{
    /// <summary>The object of a channel.</summary>
    public Obis At(int channel) => AtChannelZero with { B = (byte)channel };

    /// <summary>True where the name is this object of any channel.</summary>
    public bool Fits(Obis name) => name with { B = 0 } == AtChannelZero;

    /// <summary>Reads <c>0-n:24.3.0</c>.</summary>
    internal static bool TryParse(string text, out ChannelName name)
    {
        var head = text.Split(':');
        name = default;
        if (head.Length != 2 || head[0].Split('-') is not [var medium, "n"] || !Obis.TryParse($"{medium}-0:{head[1]}", out var obis))
        {
            return false;
        }

        name = new ChannelName(obis);
        return true;
    }
}

/// <summary>A profile of an M-Bus channel.</summary>
/// <param name="Task">What a collection task calls it: <c>mbus-hourly-profile</c>.</param>
public sealed record ChannelProfile(string Task, ChannelName Name, StampEdge Stamp, bool IsEventLog);

/// <summary>
/// The M-Bus channels of a kind of meter, part of its data file:
/// <code>
/// channels 4                              how many there are
/// channel-client 0-n:24.1.0               class 72
/// channel-number bcd | binary             how the identification number is told
/// channel-profile hourly 0-n:24.3.0 end   read as mbus-hourly-profile; the first one also as mbus-profile
/// channel-log control 0-n:24.5.0          read as mbus-control-log
/// channel-value 0-n:24.2.1                a value of the device
/// channel-status 0-n:96.10.3
/// channel-valve 0-n:24.4.0                class 70
/// </code>
/// </summary>
public sealed class ChannelDefinitions
{
    /// <summary>The values of all channels, as a read order calls them.</summary>
    public const string Values = "mbus-values";

    /// <summary>The first profile of the file, of all channels.</summary>
    public const string AnyProfile = "mbus-profile";

    private const string Head = "mbus-";
    private readonly List<ChannelProfile> _profiles = [];
    private readonly List<ChannelName> _values = [];

    /// <summary>How many channels there are; 0 for a meter without.</summary>
    public int Count { get; private set; }

    /// <summary>The M-Bus client of a channel.</summary>
    public ChannelName Client { get; private set; } = new(new Obis(0, 0, 24, 1, 0, 255));

    /// <summary>The identification number is told as a number; else as its eight decimal digits, as in the M-Bus header.</summary>
    public bool IsNumberBinary { get; private set; }

    /// <summary>Profiles and logs.</summary>
    public IReadOnlyList<ChannelProfile> Profiles => _profiles;

    /// <summary>Values of the device.</summary>
    public IReadOnlyList<ChannelName> ValueNames => _values;

    /// <summary>Status of the device, or null.</summary>
    public ChannelName? Status { get; private set; }

    /// <summary>Its valve or breaker, or null.</summary>
    public ChannelName? Valve { get; private set; }

    /// <summary>True for what is read of channels.</summary>
    public static bool Means(string what) => what.StartsWith(Head, StringComparison.Ordinal);

    /// <summary>A profile or log by the name of a task; null where there is none.</summary>
    public ChannelProfile? Find(string task) => task == AnyProfile ? _profiles.Find(one => !one.IsEventLog) : _profiles.Find(one => one.Task == task);

    /// <summary>What can be read of channels.</summary>
    public IEnumerable<string> Tasks => Count == 0 ? [] : [.. _profiles.Select(one => one.Task), Values];

    internal bool Take(string[] words)
    {
        ChannelName name;
        switch (words)
        {
            case ["channels", var count]:
                Count = int.TryParse(count, out var many) ? many : -1;
                return Count is >= 0 and <= 16;
            case ["channel-number", "bcd" or "binary"]:
                IsNumberBinary = words[1] == "binary";
                return true;
            case ["channel-client", var text]:
                var isClient = ChannelName.TryParse(text, out name);
                Client = name;
                return isClient;
            case ["channel-profile", var task, var text, "end" or "start" or "none"]:
                var isProfile = ChannelName.TryParse(text, out name);
                _profiles.Add(new ChannelProfile($"{Head}{task}-profile", name, words[3] switch { "end" => StampEdge.End, "start" => StampEdge.Start, _ => StampEdge.None }, false));
                return isProfile;
            case ["channel-log", var task, var text]:
                var isLog = ChannelName.TryParse(text, out name);
                _profiles.Add(new ChannelProfile($"{Head}{task}-log", name, StampEdge.None, true));
                return isLog;
            case ["channel-value", var text]:
                var isValue = ChannelName.TryParse(text, out name);
                _values.Add(name);
                return isValue;
            case ["channel-status", var text]:
                var isStatus = ChannelName.TryParse(text, out name);
                Status = name;
                return isStatus;
            case ["channel-valve", var text]:
                var isValve = ChannelName.TryParse(text, out name);
                Valve = name;
                return isValve;
            default:
                return false;
        }
    }
}
