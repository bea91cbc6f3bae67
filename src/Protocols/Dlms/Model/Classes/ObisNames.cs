using System.Globalization;
using Metering;

namespace Protocols.Dlms.Model.Classes;

/// <summary>Logical names in words, out of the data file obis.names.</summary>
public static class ObisNames
{
    private const byte Electricity = 1;
    private static readonly Lazy<Table> Shipped = new(static () => Table.Parse(ModelFiles.Text("obis.names")));

    /// <summary>What a logical name means; empty where the file has nothing.</summary>
    public static string Of(Obis name) => Shipped.Value.Of(name);

    /// <summary>Six octets as a logical name with what it means; other octets in hex.</summary>
    internal static string Of(ReadOnlySpan<byte> octets)
    {
        if (octets is not [var a, var b, var c, var d, var e, var f])
        {
            return Convert.ToHexStringLower(octets);
        }

        var name = new Obis(a, b, c, d, e, f);
        return Of(name) is { Length: > 0 } words ? $"{name} ({words})" : name.ToString();
    }

    private sealed class Table
    {
        private readonly List<(ObisPattern Pattern, string Words)> _patterns = [];
        private readonly Dictionary<byte, string> _quantities = [], _kinds = [];

        internal static Table Parse(string text)
        {
            var table = new Table();
            foreach (var line in text.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
            {
                var words = line.Split(' ', 2);
                var group = line.Split(' ', 3);
                var pattern = ObisPattern.Parse(words[0]);
                if (!pattern.IsNone)
                {
                    table._patterns.Add((pattern, words[1]));
                }
                else if (group.Length == 3 && byte.TryParse(group[1], out var value) && group[0] is ("c" or "d"))
                {
                    (group[0] == "c" ? table._quantities : table._kinds)[value] = group[2];
                }
                else
                {
                    throw new InvalidDataException($"the line of logical names is not understood: {line}");
                }
            }

            return table;
        }

        internal string Of(Obis name)
        {
            if (_patterns.Find(one => one.Pattern.Fits(name)) is { Words: { } words })
            {
                return words.Replace("{B}", Text(name.B), StringComparison.Ordinal).Replace("{D}", Text(name.D), StringComparison.Ordinal).Replace("{E}", Text(name.E), StringComparison.Ordinal);
            }

            if (name.A != Electricity || !_quantities.TryGetValue(name.C, out var quantity) || !_kinds.TryGetValue(name.D, out var kind))
            {
                return "";
            }

            var channel = name.B == 0 ? "" : $", channel {Text(name.B)}";
            var tariff = name.E == 0 ? "" : $", tariff {Text(name.E)}";
            var period = name.F == 255 ? "" : $", billing period {Text(name.F)}";
            return $"{quantity}, {kind}{tariff}{channel}{period}";
        }

        private static string Text(byte value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
