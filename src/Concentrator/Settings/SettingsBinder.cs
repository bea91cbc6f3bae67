using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Concentrator.Settings;

/// <summary>Takes a tree that fits the key table to <see cref="BoxSettings"/>, and checks what no table can: files, addresses, durations, names.</summary>
internal sealed partial class SettingsBinder(TomlNode.Table tree, List<SettingsFault> faults)
{
    /// <summary>sun_path of a Unix socket address holds 108 octets with its end.</summary>
    private const int LongestSocketPath = 107;

    internal BoxSettings Bind(string stateDirectory, string socketPath)
    {
        if (Encoding.UTF8.GetByteCount(socketPath) > LongestSocketPath)
        {
            faults.Add(new SettingsFault(new Place(socketPath, 0, 0), $"a socket path may have {LongestSocketPath} octets, this has {Encoding.UTF8.GetByteCount(socketPath)}: choose a shorter --state or --socket"));
        }

        var id = Text(tree, "id", "");
        if (!BoxId().IsMatch(id))
        {
            faults.Add(new SettingsFault(PlaceOf(tree, "id"), id.Length == 0 ? "id is missing: give the box a name, id = \"dc-0001\"" : $"id = \"{id}\" may hold 1 to 40 of a-z, A-Z, 0-9, '-', '_' and '.'"));
        }

        if (!Flag().IsMatch(Text(tree, "flag", "XXX")))
        {
            faults.Add(new SettingsFault(PlaceOf(tree, "flag"), "flag wants the three FLAG letters A-Z of the maker"));
        }

        var meters = Table(tree, "meters");
        return new BoxSettings(
            id, Text(tree, "profile", "nnap"), Text(tree, "flag", "XXX"),
            [.. Table(tree, "upstream").Items.Where(entry => entry.Value is TomlNode.Table).Select(entry => Upstream(entry.Key, (TomlNode.Table)entry.Value, id))],
            Drivers(), File(Table(tree, "keys"), "file", secret: true), Listen(), TimeSources(),
            new MeterSettings(Text(meters, "accept", "all") == "all", Keep(meters), Commit(meters)),
            [.. Tables(tree, "issuer").Select(issuer => new IssuerSettings(Needed(issuer, "keyId"), File(issuer, "publicKey", secret: false) ?? "", Texts(issuer, "orders", ["*"])))],
            Table(tree, "roles").Items.Keys.ToDictionary(role => role, role => Users(role)),
            CollectionTasks(), stateDirectory, socketPath)
        {
            Orders = Orders(Table(tree, "orders")), Home = Home(Table(tree, "home")), Zone = new ZoneName(faults).In(Table(tree, "collection")),
            LogLevel = Enum.TryParse<LogLevel>(Text(Table(tree, "log"), "level", "information"), ignoreCase: true, out var level) ? level : LogLevel.Information,
        };
    }

    private IReadOnlyList<string> Users(string role)
    {
        if (!RoleNames.All.ContainsKey(role))
        {
            faults.Add(new SettingsFault(PlaceOf(Table(tree, "roles"), role), $"\"{role}\" is no role; there are {string.Join(", ", RoleNames.All.Keys)}"));
        }

        return Texts(Table(tree, "roles"), role, []);
    }

    private OrderSettings Orders(TomlNode.Table table)
    {
        var verbs = Texts(table, "needApproval", []);
        if (verbs.FirstOrDefault(verb => Metering.Orders.Authorization.OrderVerbs.Find(verb) is null or { Name: "approve" or "cancel" }) is { } unknown)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "needApproval"), $"\"{unknown}\" is no order that can wait for approval"));
        }

        return new OrderSettings(Number(table, "suppliesAnHour", 20, 0, 100_000), verbs);
    }

    private UpstreamSettings Upstream(string name, TomlNode.Table table, string id)
    {
        var text = Needed(table, "url");
        var wellFormed = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "mqtt" or "mqtts" or DoorScheme && url.Host.Length > 0;
        if (!wellFormed && text.Length > 0)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "url"), $"url = \"{text}\" wants mqtts://host:port (mqtt:// for tests only), or dlms://address:port for a door that head-ends come to"));
        }

        if (!Name().IsMatch(name))
        {
            faults.Add(new SettingsFault(table.Place, $"head-end name \"{name}\" may hold 1 to 40 of a-z, 0-9, '-' and '_'"));
        }

        var certificate = File(table, "certificate", secret: false);
        var key = File(table, "key", secret: true);
        if (certificate is null != key is null)
        {
            faults.Add(new SettingsFault(table.Place, $"[upstream.{name}] has a client {(key is null ? "certificate without its key" : "key without its certificate")}: set both or none"));
        }

        return new UpstreamSettings(
            name, wellFormed ? url! : new Uri("mqtt://invalid"), Text(table, "acknowledge", "broker") == "head-end", File(table, "ca", secret: false), certificate, key,
            table.Items.ContainsKey("user") ? Text(table, "user", "") : null, File(table, "password", secret: true),
            Text(table, "topic", "dc/v1/{id}").Replace("{id}", id, StringComparison.Ordinal))
        {
            Door = Door(name, table, wellFormed ? url : null),
        };
    }

    private List<DriverSettings> Drivers()
    {
        var drivers = new List<DriverSettings>();
        foreach (var table in Tables(tree, "driver"))
        {
            var driver = new DriverSettings(Needed(table, "name"), Needed(table, "family"), Where(table), Text(table, "mode", "C1+T1"), Dlms(table)) { PowerLine = PowerLine(table) };
            if (!Name().IsMatch(driver.Name) && driver.Name.Length > 0)
            {
                faults.Add(new SettingsFault(PlaceOf(table, "name"), $"driver name \"{driver.Name}\" may hold 1 to 40 of a-z, 0-9, '-' and '_'"));
            }

            if (drivers.Any(other => other.Name == driver.Name))
            {
                faults.Add(new SettingsFault(PlaceOf(table, "name"), $"two drivers are called \"{driver.Name}\": give each its own name"));
            }

            if (drivers.Any(other => other.Port == driver.Port && !AreBehindOneGateway(other, driver)) && driver.Port.Length > 0)
            {
                faults.Add(new SettingsFault(PlaceOf(table, "port"), $"two drivers want {driver.Port}: a port has one driver"));
            }

            CheckPort(table, driver);
            if (driver.Family is "prime" or "g3" && Text(tree, "profile", "nnap") == "lnap")
            {
                faults.Add(new SettingsFault(PlaceOf(table, "family"), $"family = \"{driver.Family}\": a box of profile lnap stands in one building and has no power line network; set profile = \"both\" where it has one too"));
            }

            drivers.Add(driver);
        }

        return drivers;
    }

    private PowerLineSettings PowerLine(TomlNode.Table table) => new(
        table.Items.ContainsKey("baud") ? Number(table, "baud", 115_200, 1200, 3_000_000) : null, Number(table, "pan", 0x781D, 0, 0xFFFE), Text(table, "band", "cenelec-a"), Number(table, "udpPort", 4059, 1, 65_535),
        Truth(table, "euiReversed", false), table.Items.ContainsKey("securityProfile") ? Number(table, "securityProfile", 0, 0, 2) : null,
        table.Items.ContainsKey("metersAtOnce") ? Number(table, "metersAtOnce", 4, 1, 32) : null);

    /// <summary>Over a network each driver has a connection of its own to a gateway; a tty has room for one.</summary>
    private static bool AreBehindOneGateway(DriverSettings one, DriverSettings other) =>
        !Path.IsPathRooted(one.Port) && one.Dlms.GatewayAddress is { } address && other.Dlms.GatewayAddress is { } second
        && (one.Dlms.GatewayNetwork != other.Dlms.GatewayNetwork || !address.Equals(second, StringComparison.OrdinalIgnoreCase));

    private void CheckPort(TomlNode.Table table, DriverSettings driver)
    {
        var isUrl = Uri.TryCreate(driver.Port, UriKind.Absolute, out var url) && url.Scheme is "tcp" or "udp" && url.Port > 0;
        if (driver.Dlms.Listens)
        {
            return; // Where() has looked at it
        }

        if (driver.Port.Length > 0 && !isUrl && !Path.IsPathRooted(driver.Port))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "port"), $"port = \"{driver.Port}\" wants a device path (/dev/ttyUSB0) or tcp://host:port; for DLMS meters also udp://host:port"));
        }
        else if (isUrl && driver is { Family: "dlms", Dlms.Framing: "mode-e" })
        {
            faults.Add(new SettingsFault(PlaceOf(table, "port"), $"port = \"{driver.Port}\": framing = \"mode-e\" changes the speed of the line and wants a device path (/dev/ttyUSB0)"));
        }
        else if (isUrl && url!.Scheme == "udp" && (driver.Family != "dlms" || driver.Dlms.Framing != "wrapper"))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "port"), $"port = \"{driver.Port}\": only DLMS in the wrapper (family = \"dlms\", framing = \"wrapper\") travels over UDP; write tcp://host:port or a device path"));
        }
    }

    /// <summary>Port, or the address that is listened on.</summary>
    private string Where(TomlNode.Table table)
    {
        if (!table.Items.ContainsKey("listen"))
        {
            return Needed(table, "port");
        }

        var listen = Text(table, "listen", "");
        if (table.Items.ContainsKey("port"))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "listen"), "port and listen exclude each other: a driver asks a meter at a port, or listens for those that push"));
        }

        if (Text(table, "family", "") != "dlms")
        {
            faults.Add(new SettingsFault(PlaceOf(table, "listen"), "listen is for family = \"dlms\""));
        }

        if (!Uri.TryCreate(listen, UriKind.Absolute, out var url) || url.Scheme is not ("tcp" or "udp") || url.Port is <= 0 or > 65_535 || !IPAddress.TryParse(url.Host.Trim('[', ']'), out _))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "listen"), $"listen = \"{listen}\" wants tcp://address:port or udp://address:port, such as tcp://0.0.0.0:4061"));
        }

        if (table.Items.ContainsKey("meter"))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "meter"), "meter with listen: many meters may push there, and each names itself or is known by its system title"));
        }

        return listen;
    }

    private IReadOnlyList<string> TimeSources()
    {
        var time = Table(tree, "time");
        var sources = Texts(time, "sources", ["kernel"]);
        foreach (var source in sources.Where(source => source is not ("kernel" or "hes") && !(Uri.TryCreate(source, UriKind.Absolute, out var url) && url is { Scheme: "ntp", Host.Length: > 0, AbsolutePath: "" or "/" })))
        {
            faults.Add(new SettingsFault(PlaceOf(time, "sources"), $"sources: \"{source}\" is none of kernel, hes, ntp://host[:port]"));
        }

        if (sources.Distinct().Count() < sources.Count)
        {
            faults.Add(new SettingsFault(PlaceOf(time, "sources"), "sources: one stands there twice; it counts once"));
        }

        return sources;
    }

    private int Number(TomlNode.Table table, string name, int byDefault, int least, int most)
    {
        if (table.Items.GetValueOrDefault(name) is not TomlNode.Scalar { Content: long number })
        {
            return byDefault;
        }

        if (number < least || number > most)
        {
            faults.Add(new SettingsFault(PlaceOf(table, name), $"{name} = {number} is not in {least}..{most}"));
        }

        return (int)Math.Clamp(number, least, most);
    }

    private static bool Truth(TomlNode.Table table, string name, bool byDefault) =>
        table.Items.GetValueOrDefault(name) is TomlNode.Scalar { Content: bool truth } ? truth : byDefault;

    private IPEndPoint Listen() => Address(Table(tree, "http"), "127.0.0.1:8080", "127.0.0.1:8080") ?? new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>What <c>listen</c> of a table names; null where that is no address, which is said, or where it names nothing.</summary>
    private IPEndPoint? Address(TomlNode.Table table, string byDefault, string example)
    {
        var text = Text(table, "listen", byDefault);
        if (IPEndPoint.TryParse(text, out var listen) && text.Contains(':', StringComparison.Ordinal))
        {
            return listen;
        }

        if (text.Length > 0 || byDefault.Length > 0)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "listen"), $"listen = \"{text}\" wants address:port, such as {example}"));
        }

        return null;
    }

    /// <summary>Ids of meters, or their beginnings with * behind them; what is neither is said.</summary>
    private IReadOnlyList<string> MeterNames(TomlNode.Table table, string name)
    {
        var texts = Texts(table, name, []);
        foreach (var wrong in texts.Where(text => !Metering.MeterSelection.IsOne(text)))
        {
            faults.Add(new SettingsFault(PlaceOf(table, name), $"{name}: \"{wrong}\" wants a meter's id, its beginning with * behind it, or * for all"));
        }

        return texts;
    }

    private TimeSpan Keep(TomlNode.Table meters) => Text(meters, "keep", "15m") is "all" ? TimeSpan.Zero : Duration(meters, "keep", "15m");

    private TimeSpan? Commit(TomlNode.Table meters) => Text(meters, "commit", "auto") is "auto" ? null : Duration(meters, "commit", "10s");

    private TimeSpan Duration(TomlNode.Table table, string name, string byDefault)
    {
        var text = Text(table, name, byDefault);
        var match = DurationText().Match(text);
        if (!match.Success)
        {
            faults.Add(new SettingsFault(PlaceOf(table, name), $"{name} = \"{text}\" wants a duration: a number with s, m, h or d, such as {byDefault}"));
            return TimeSpan.FromMinutes(15);
        }

        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    /// <summary>A file that must be there, and nobody else's to read where it is a secret. Null where it is not set.</summary>
    private string? File(TomlNode.Table table, string name, bool secret)
    {
        if (!table.Items.ContainsKey(name))
        {
            return null;
        }

        var path = Text(table, name, "");
        if (!System.IO.File.Exists(path))
        {
            faults.Add(new SettingsFault(PlaceOf(table, name), $"{name} = \"{path}\": the file is not there"));
        }
        else if (secret && (System.IO.File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            faults.Add(new SettingsFault(PlaceOf(table, name), $"{name} = \"{path}\": others may read it; run chmod 0400 {path}"));
        }

        return path;
    }

    private string Needed(TomlNode.Table table, string name)
    {
        if (!table.Items.ContainsKey(name))
        {
            faults.Add(new SettingsFault(table.Place, $"{name} is missing in this table"));
        }

        return Text(table, name, "");
    }

    private static string Text(TomlNode.Table table, string name, string byDefault) =>
        table.Items.GetValueOrDefault(name) is TomlNode.Scalar { Content: string text } ? text : byDefault;

    private static IReadOnlyList<string> Texts(TomlNode.Table table, string name, IReadOnlyList<string> byDefault) =>
        table.Items.GetValueOrDefault(name) is TomlNode.List list ? [.. list.Items.OfType<TomlNode.Scalar>().Select(item => (string)item.Content)] : byDefault;

    private static TomlNode.Table Table(TomlNode.Table table, string name) =>
        table.Items.GetValueOrDefault(name) as TomlNode.Table ?? new TomlNode.Table(table.Place, []);

    private static IEnumerable<TomlNode.Table> Tables(TomlNode.Table table, string name) =>
        table.Items.GetValueOrDefault(name) is TomlNode.List list ? list.Items.OfType<TomlNode.Table>() : [];

    private static Place PlaceOf(TomlNode.Table table, string name) => table.Items.GetValueOrDefault(name)?.Place ?? table.Place;

    [GeneratedRegex("^[A-Za-z0-9._-]{1,40}$")]
    private static partial Regex BoxId();

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex Flag();

    [GeneratedRegex("^[a-z0-9_-]{1,40}$")]
    private static partial Regex Name();

    [GeneratedRegex("^([1-9][0-9]{0,6})([smhd])$")]
    private static partial Regex DurationText();
}
