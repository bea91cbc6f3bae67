using System.Globalization;
using System.Text;
using Metering;
using Metering.Keys;

namespace Concentrator.Security;

/// <summary>What a keys file holds, or what is wrong with it: file, line and what to do, never a key.</summary>
internal sealed record KeysFileOutcome(IReadOnlyDictionary<KeyName, byte[]> Keys, IReadOnlyList<string> Faults);

/// <summary>
/// The keys file of CONTRACTS section 4, one line per device, purpose and client:
/// <code>
/// GWI-12345678-3C-03 wmbus key=HEX [keyId=0 ver=1]
/// LGZ1030655933512 dlms client=1 suite=0 guek=HEX gak=HEX [gbek=HEX] [hls=HEX] [lls=TEXT]
/// 00124B0001020304 psk=HEX
/// 0080E1010203 duk=HEX
/// </code>
/// Empty lines and lines that begin with <c>#</c> are skipped. A wrong line does not spoil the others.
/// </summary>
internal static class KeysFile
{
    private static readonly Dictionary<string, (KeyPurpose Purpose, int[] Sizes)> Fields = new(StringComparer.Ordinal)
    {
        ["key"] = (KeyPurpose.MBus, [16]), ["guek"] = (KeyPurpose.Guek, [16, 32]), ["gbek"] = (KeyPurpose.Gbek, [16, 32]),
        ["gak"] = (KeyPurpose.Gak, [16, 32]), ["hls"] = (KeyPurpose.Hls, []), ["psk"] = (KeyPurpose.Psk, [16]), ["duk"] = (KeyPurpose.Duk, [16]),
    };

    private static readonly HashSet<string> Numbers = ["client", "suite", "keyId", "ver"];

    internal static KeysFileOutcome Read(string path) => Parse(File.ReadAllLines(path), path);

    internal static KeysFileOutcome Parse(IReadOnlyList<string> lines, string path)
    {
        var keys = new Dictionary<KeyName, byte[]>();
        var faults = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            var words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0 && words[0][0] != '#' && ParseLine(words, keys) is { } fault)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}:{i + 1}: {fault}"));
            }
        }

        return new KeysFileOutcome(keys, faults);
    }

    private static string? ParseLine(string[] words, Dictionary<KeyName, byte[]> keys)
    {
        if (!MeterId.TryParse(words[0], out _))
        {
            return $"\"{words[0]}\" is no meter id, EUI-64 or EUI-48 (A-Z, 0-9 and '-', upper case)";
        }

        var numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        var found = new List<(KeyPurpose Purpose, byte[] Key)>();
        foreach (var word in words.AsSpan(1))
        {
            if (word is "wmbus" or "mbus" or "dlms")
            {
                continue;
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? "" : word[(equals + 1)..];
            if (Numbers.Contains(name))
            {
                if (!uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    return $"{name}= wants a number";
                }

                numbers[name] = number;
            }
            else if (name == "lls")
            {
                found.Add((KeyPurpose.Lls, Encoding.ASCII.GetBytes(value)));
            }
            else if (Fields.TryGetValue(name, out var field))
            {
                if (!TryHex(value, field.Sizes, out var key))
                {
                    return $"{name}= wants {(field.Sizes.Length == 0 ? "hex" : string.Join(" or ", field.Sizes.Select(size => (size * 2).ToString(CultureInfo.InvariantCulture))) + " hex digits")}, has {value.Length} characters";
                }

                found.Add((field.Purpose, key));
            }
            else
            {
                return $"\"{name}\" is not known here; known are wmbus, dlms, key, keyId, ver, client, suite, guek, gak, gbek, hls, lls, psk, duk";
            }
        }

        if (found.Count == 0)
        {
            return "the line names no key";
        }

        foreach (var (purpose, key) in found)
        {
            keys[new KeyName(words[0], purpose, (int)numbers.GetValueOrDefault("client"), numbers.GetValueOrDefault("keyId"))] = key;
        }

        return null;
    }

    private static bool TryHex(string text, int[] sizes, out byte[] key)
    {
        key = [];
        if (text.Length == 0 || text.Length % 2 != 0 || !text.All(char.IsAsciiHexDigit) || (sizes.Length > 0 && !sizes.Contains(text.Length / 2)))
        {
            return false;
        }

        key = Convert.FromHexString(text);
        return true;
    }
}
