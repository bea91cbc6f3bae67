using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Shipments;

/// <summary>Judges the fields of one meter, in a shipment row or on a command line: a sentence for each that does not hold. What may be a key is never repeated in one.</summary>
internal sealed class ShipmentFields(Func<string, string> field, Action<string, bool, string> find)
{
    /// <summary>A place or a serial number of so many hex digits is a key in the wrong column.</summary>
    private const int LooksLikeKey = 24;

    private const int MostSecret = 64;

    private static readonly (string Column, KeyPurpose Purpose, int[] Sizes)[] KeyColumns =
    [
        ("psk", KeyPurpose.Psk, [16]), ("duk", KeyPurpose.Duk, [16]), ("guek", KeyPurpose.Guek, [16, 32]), ("gak", KeyPurpose.Gak, [16, 32]), ("hls", KeyPurpose.Hls, []),
    ];

    /// <summary>All columns there are.</summary>
    internal static IReadOnlyList<string> Columns { get; } = ["ldn", "serial", "eui", "mbus", "place", "phase", "profile", "psk", "duk", "guek", "gak", "hls", "client"];

    /// <summary>What the fields say of a meter; what does not hold was told, and is left out.</summary>
    internal MeterFacts Facts(IReadOnlyCollection<string> profiles)
    {
        var mbus = MBus();
        return new MeterFacts(Meter(mbus), Eui(), Text("serial")?.ToUpperInvariant(), mbus, Text("place"), Phase(), Profile(profiles));
    }

    /// <summary>The keys, for a meter that holds.</summary>
    internal IReadOnlyList<(KeyName Name, ReadOnlyMemory<byte> Key)> Keys(MeterFacts facts)
    {
        var client = Client();
        var keys = new List<(KeyName, ReadOnlyMemory<byte>)>();
        foreach (var (column, purpose, sizes) in KeyColumns)
        {
            if (field(column) is { Length: > 0 } text && Key(column, text, sizes) is { } key && NameOf(column, purpose, facts, client) is { } name)
            {
                keys.Add((name, key));
            }
        }

        return keys;
    }

    private MeterId Meter(MeterId mbus)
    {
        var text = field("ldn").ToUpperInvariant();
        if (text.Length == 0)
        {
            if (mbus.IsNone)
            {
                find("ldn", true, "the meter has no name: ldn wants its logical device name, or mbus the identity of a meter that speaks M-Bus only");
            }

            return mbus;
        }

        if (MeterId.TryParse(text, out var meter) && text.Length >= 4 && text.AsSpan(0, 3).IndexOfAnyExceptInRange('A', 'Z') < 0)
        {
            return meter;
        }

        find("ldn", true, $"{Shown(text)} is no logical device name: three letters of the maker and up to 13 of A-Z, 0-9 and '-' are");
        return default;
    }

    private string? Eui()
    {
        var text = string.Concat(field("eui").Where(letter => letter is not (':' or '-' or '.' or ' '))).ToUpperInvariant();
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length is 12 or 16 && text.All(char.IsAsciiHexDigit))
        {
            return text;
        }

        find("eui", true, !text.All(char.IsAsciiHexDigit) ? $"{Shown(text)} is no hex" : $"{text.Length} hex digits are no EUI: 12 (PRIME, EUI-48) or 16 (G3, EUI-64) are");
        return null;
    }

    private MeterId MBus()
    {
        var text = field("mbus").ToUpperInvariant();
        if (text.Length == 0)
        {
            return default;
        }

        if (text.Split('-') is [{ Length: 3 } maker, { Length: 8 } number, { Length: 2 } version, { Length: 2 } type] && maker.All(char.IsAsciiLetterUpper)
            && (number + version + type).All(char.IsAsciiHexDigit) && MeterId.TryParse(text, out var id))
        {
            return id;
        }

        find("mbus", true, $"{Shown(text)} is no M-Bus identity: maker, number, version and type are, such as GWI-12345678-3C-03");
        return default;
    }

    private string? Text(string column)
    {
        var text = field(column);
        if (text.Length == 0)
        {
            return null;
        }

        var sentence = text.Length > MeterLifeRecord.MostText ? $"is longer than {MeterLifeRecord.MostText} characters"
            : text.Length >= LooksLikeKey && text.All(char.IsAsciiHexDigit) ? "looks like a key: are the columns shifted? It is not kept, for it would stand in clear"
            : text.Any(char.IsControl) ? "holds control characters" : null;
        if (sentence is null)
        {
            return text;
        }

        find(column, true, sentence);
        return null;
    }

    private string? Phase()
    {
        var text = field("phase").ToUpperInvariant();
        switch (text)
        {
            case "":
                return null;
            case "1" or "2" or "3":
                return "L" + text;
            case "L1" or "L2" or "L3":
                return text;
            case "123" or "L123" or "L1L2L3" or "L1+L2+L3":
                return "L123";
            default:
                find("phase", true, $"{Shown(text)} is no phase: L1, L2, L3 or L123 is");
                return null;
        }
    }

    private string? Profile(IReadOnlyCollection<string> profiles)
    {
        var text = field("profile").ToLowerInvariant();
        if (text.Length == 0 || profiles.Contains(text))
        {
            return text.Length == 0 ? null : text;
        }

        find("profile", true, $"{Shown(text)} is no meter profile; there are {string.Join(", ", profiles)}");
        return null;
    }

    private int Client()
    {
        var text = field("client");
        if (text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var client) && client is >= 1 and <= 127))
        {
            return text.Length == 0 ? 1 : int.Parse(text, CultureInfo.InvariantCulture); // the management client
        }

        find("client", true, "wants the number of a DLMS client, 1 to 127");
        return 1;
    }

    private byte[]? Key(string column, string text, int[] sizes)
    {
        var wanted = sizes.Length == 0 ? "hex" : string.Join(" or ", sizes.Select(size => $"{size * 2}")) + " hex digits";
        if (!text.All(char.IsAsciiHexDigit) || text.Length % 2 != 0)
        {
            find(column, true, text.All(char.IsAsciiHexDigit) ? $"wants {wanted}, has {text.Length}" : $"wants {wanted}, has {text.Length} characters and not all of them are hex");
            return null;
        }

        if (sizes.Length > 0 ? sizes.Contains(text.Length / 2) : text.Length / 2 <= MostSecret)
        {
            return Convert.FromHexString(text);
        }

        find(column, true, sizes.Length > 0 ? $"wants {wanted}, has {text.Length}" : $"is longer than {MostSecret} octets");
        return null;
    }

    /// <summary>Link keys are kept under the EUI, DLMS keys under the meter and its client.</summary>
    private KeyName? NameOf(string column, KeyPurpose purpose, MeterFacts facts, int client)
    {
        if (purpose is not (KeyPurpose.Psk or KeyPurpose.Duk))
        {
            return facts.Meter.IsNone ? null : new KeyName(facts.Meter.Text, purpose, client);
        }

        var digits = purpose == KeyPurpose.Psk ? 16 : 12;
        if (facts.Eui?.Length == digits)
        {
            return new KeyName(facts.Eui, purpose);
        }

        if (facts.Eui is null && field("eui").Length > 0)
        {
            return null; // what is wrong with the EUI was said
        }

        find(column, true, facts.Eui is null ? $"{column} is kept under the EUI, and eui holds none" : $"{column} belongs to {(digits == 16 ? "G3, whose EUI has 16 hex digits" : "PRIME, whose EUI has 12 hex digits")}; this one has {facts.Eui.Length}");
        return null;
    }

    private static string Shown(string text) =>
        text.Length >= LooksLikeKey && text.All(char.IsAsciiHexDigit) ? "what may be a key (are the columns shifted?)" : text.Length > 40 ? $"\"{text[..40]}..\"" : $"\"{text}\"";
}
