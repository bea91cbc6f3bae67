using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Metering;
using Metering.Orders;

namespace Concentrator.Orders;

/// <summary>What a meter is given for an order, made of its <c>args</c>.</summary>
/// <param name="Payload">Of the <see cref="MeterOrder"/>.</param>
internal sealed record MeterWork(ReadOnlyMemory<byte> Payload)
{
    /// <summary>The attribute or method of a write or an execute.</summary>
    internal CosemTarget? Target { get; init; }

    /// <summary>What of the meter the order sets, the same word for each order that sets the same; null where none undoes another.</summary>
    internal string? Subject { get; init; }

    /// <summary>It switches supply though its verb need not.</summary>
    internal bool SwitchesSupply { get; init; }

    /// <summary>It is an image for the legally relevant part of a meter.</summary>
    internal bool IsLegallyRelevant { get; init; }

    /// <summary>What the audit says of it besides; empty for nothing.</summary>
    internal string Note { get; init; } = "";

    /// <summary>The image that is named and comes by itself; null where none is.</summary>
    internal OrderedImage? Image { get; init; }

    /// <summary>New keys, still sealed: the payload is made of them for each meter when its turn comes, and kept nowhere.</summary>
    internal SealedKeys? Keys { get; init; }
}

/// <summary>Reads the <c>args</c> of each verb: a member that is not known is a fault, so that nothing is carried out otherwise than it was meant.</summary>
internal sealed class OrderArguments
{
    private static readonly Dictionary<string, Func<OrderArguments, MeterWork>> Verbs = new(StringComparer.Ordinal)
    {
        ["read"] = args => new MeterWork(new ReadOrder(args.Text("what"), args.Instant("from"), args.Instant("to"), null).ToPayload()),
        ["write"] = args => args.Write(),
        ["execute"] = args => args.Execute(),
        ["breaker"] = args => args.Breaker(),
        ["disconnect"] = args => args.Supply(),
        ["reconnect"] = args => args.Supply(),
        ["limiter"] = args => args.Limiter(),
        ["load-switch"] = args => new MeterWork(new LoadSwitchOrder(args.Text("name"), args.Truth("on")).ToPayload()) { Subject = "load " + args.Text("name") },
        ["calendar"] = args => new MeterWork(CalendarArguments.Read(args).ToPayload()) { Subject = "calendar" },
        ["token"] = args => new MeterWork(new TokenOrder(args.Octets("token", isNeeded: true), args.Name("gateway")).ToPayload()),
        ["message"] = args => new MeterWork(new MessageOrder(args.OptionalText("text") ?? "", args.OptionalText("place")).ToPayload()) { Subject = "message " + args.OptionalText("place") },
        ["clock"] = _ => new MeterWork(new ClockOrder(null).ToPayload()),
        ["mbus"] = args => args.MBus(),
        ["firmware"] = args => args.Firmware(),
        ["keys"] = args => new MeterWork(default(ReadOnlyMemory<byte>)) { Keys = SealedKeys.Read(args) },
    };

    /// <summary>Verbs that meters carry out here.</summary>
    internal static IEnumerable<string> Known => Verbs.Keys;

    private const int MostItems = 1000;

    private readonly JsonElement _args;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    internal OrderArguments(JsonElement args) => _args = args.ValueKind is JsonValueKind.Object or JsonValueKind.Null ? args : throw new InvalidDataException("an object is wanted");

    /// <summary>What each meter is given; null and what does not fit.</summary>
    internal static MeterWork? Read(string verb, string arguments, out string? fault)
    {
        if (!Verbs.TryGetValue(verb, out var read))
        {
            fault = $"this version does not carry out \"{verb}\" yet";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(arguments);
            var args = new OrderArguments(document.RootElement);
            var work = read(args);
            fault = args.Unknown() is { } unknown ? $"args has \"{unknown}\", which \"{verb}\" does not know; it knows {string.Join(", ", args._seen.Order())}" : null;
            return fault is null ? work : null;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            fault = e.Message;
            return null;
        }
    }

    private MeterWork Write()
    {
        var target = Target("attribute");
        return new MeterWork(new WriteOrder(target, Octets("value", isNeeded: true)).ToPayload()) { Target = target, Subject = $"{target}" };
    }

    private MeterWork Execute()
    {
        var target = Target("method");
        return new MeterWork(new ExecuteOrder(target, Octets("parameters", isNeeded: false)).ToPayload()) { Target = target };
    }

    private MeterWork Breaker() => new(new BreakerOrder(Name("control")).ToPayload());

    private MeterWork Supply() => Breaker() with { Subject = $"supply {Name("control")}" };

    private MeterWork Limiter()
    {
        var groups = Find("groups") is not { } list ? null : Items(list, "groups").Select(item => item.TryGetUInt16(out var group) ? group : throw new InvalidDataException("groups wants numbers below 65536")).ToList();
        var (normal, emergency, unit) = (Exact("normal"), Exact("emergency"), OptionalText("unit"));
        return (normal ?? emergency) is not null && unit is null
            ? throw new InvalidDataException("unit wants the unit of the thresholds, such as W or A: a number alone may be a thousand times what is meant")
            : new MeterWork(new LimiterOrder(Name("limiter"), normal, emergency, unit, Seconds("overSeconds"), Seconds("underSeconds"), null, groups).ToPayload()) { Subject = $"limiter {Name("limiter")}" };
    }

    private MeterWork MBus()
    {
        var name = Text("action");
        var action = Enum.GetValues<MBusAction>().Select(one => (MBusAction?)one).FirstOrDefault(one => WireWord.Of(one!.Value) == name)
            ?? throw new InvalidDataException($"action wants one of {string.Join(", ", Enum.GetValues<MBusAction>().Select(WireWord.Of))}");
        var (channel, isValve) = (Number("channel", 1, 4), action is MBusAction.CloseValve or MBusAction.OpenValve);
        var argument = Octets("argument", isNeeded: false);
        if (action == MBusAction.SetKey && argument.Length > 0)
        {
            throw new InvalidDataException("set-key gives a device the key that this box has of it, and takes no argument: no key travels or is kept in clear; transfer-key takes one that is wrapped");
        }

        return new MeterWork(new MBusOrder(channel, action, argument, OptionalText("device")).ToPayload()) { SwitchesSupply = isValve, Subject = isValve ? $"valve {channel}" : null };
    }

    /// <summary>Either an image, in the order or by its hash, with what is to become of it, or <c>abort</c> alone.</summary>
    private MeterWork Firmware()
    {
        if (Find("abort") is not null)
        {
            return Truth("abort") ? new MeterWork(FirmwareOrder.Abort.ToPayload()) { Subject = "firmware" } : throw new InvalidDataException("abort wants true, or is left out");
        }

        if (Find("legallyRelevant") is not { ValueKind: JsonValueKind.True or JsonValueKind.False })
        {
            throw new InvalidDataException("legallyRelevant wants true or false: an image for the legally relevant part is another matter than one for the rest");
        }

        var (image, named) = (Find("image") is not null ? Base64("image") : null, Find("imageSha256") is not null || Find("imageOctets") is not null ? OrderedImage.Read(this) : null);
        if (image is null == named is null)
        {
            throw new InvalidDataException("firmware wants either image, in base64, or imageSha256 and imageOctets of one that comes by itself");
        }

        var at = Find("activate") is { ValueKind: JsonValueKind.String } ? LocalTime("activate") : null;
        var activate = at is null && (Find("activate") is null || Truth("activate"));
        var order = new FirmwareOrder(Octets("identification", isNeeded: true), image, Octets("signature", isNeeded: false), activate, OptionalText("firmware"))
        {
            ActivateAt = at, ImageHash = named?.Hash ?? [], ImageOctets = named?.Octets ?? 0,
        };
        var what = named ?? new OrderedImage(Convert.ToHexStringLower(SHA256.HashData(image!)), image!.Length);
        return new MeterWork(order.ToPayload())
        {
            IsLegallyRelevant = Truth("legallyRelevant"), Subject = "firmware", Image = named,
            Note = $", image of {what.Octets} octets, sha256 {what.Sha256}, {(Truth("legallyRelevant") ? "legally relevant" : "not legally relevant")}",
        };
    }

    private byte[] Base64(string name) =>
        Find(name) is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var octets) && octets.Length > 0 ? octets : throw new InvalidDataException($"{name} wants the image in base64");

    private CosemTarget Target(string member)
    {
        if (!Obis.TryParse(Text("obis"), out var obis))
        {
            throw new InvalidDataException("obis wants a logical name such as 0-0:96.13.0*255");
        }

        return new CosemTarget((ushort)Number("class", 1, ushort.MaxValue), obis, (sbyte)Number(member, 1, sbyte.MaxValue));
    }

    /// <summary>A logical name; none where it is not given.</summary>
    internal Obis Name(string member) => OptionalText(member) is not { } text ? default : Obis.TryParse(text, out var obis) ? obis : throw new InvalidDataException($"{member} wants a logical name such as 0-0:96.3.10*255");

    internal bool Truth(string name) => Find(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : throw new InvalidDataException($"{name} wants true or false");

    internal static JsonElement[] Items(JsonElement list, string name) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MostItems ? [.. list.EnumerateArray()] : throw new InvalidDataException($"{name} wants a list of at most {MostItems}");

    private decimal? Exact(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDecimal(out var number) => number,
        _ => throw new InvalidDataException($"{name} wants a number"),
    };

    private TimeSpan? Seconds(string name) => Find(name) is null ? null : TimeSpan.FromSeconds(Number(name, 0, int.MaxValue));

    internal JsonElement? Find(string name)
    {
        _seen.Add(name);
        return _args.ValueKind == JsonValueKind.Object && _args.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A text that may be longer than others.</summary>
    internal string Text(string name, int most) =>
        Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text && text.Length <= most ? text : throw new InvalidDataException($"{name} wants a text of at most {most} characters");

    internal string Text(string name) => OptionalText(name) ?? throw new InvalidDataException($"{name} wants a text");

    internal string? OptionalText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when value.GetString() is { Length: > 0 and <= 128 } text => text,
        _ => throw new InvalidDataException($"{name} wants a text of at most 128 characters"),
    };

    internal int Number(string name, int least, int most) =>
        Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= least && number <= most ? number : throw new InvalidDataException($"{name} wants a whole number from {least} to {most}");

    internal byte[] Octets(string name, bool isNeeded)
    {
        try
        {
            return Find(name) is { ValueKind: JsonValueKind.String } value ? Convert.FromHexString(value.GetString()!)
                : isNeeded || Find(name) is not null ? throw new InvalidDataException($"{name} wants octets in hex") : [];
        }
        catch (FormatException)
        {
            throw new InvalidDataException($"{name} wants octets in hex");
        }
    }

    /// <summary>A time by a meter's own clock; null where it is not given.</summary>
    internal DateTimeOffset? LocalTime(string name) => OptionalText(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && text.LastIndexOfAny(['+', '-', 'Z']) > text.IndexOf('T', StringComparison.Ordinal) ? at
        : throw new InvalidDataException($"{name} wants the meter's local time with its offset, such as 2027-01-01T00:00:00+01:00");

    private DateTime? Instant(string name) => OptionalText(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.UtcDateTime : throw new InvalidDataException($"{name} wants an instant such as 2026-11-25T00:00:00Z");

    /// <summary>A member that nobody asked for; null for none.</summary>
    internal string? Unknown() => _args.ValueKind != JsonValueKind.Object ? null : _args.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !_seen.Contains(name));
}
