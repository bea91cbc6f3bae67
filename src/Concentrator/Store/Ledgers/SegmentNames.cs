using System.Globalization;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>How the files of the ledger are called: <c>books-00000001.seg</c>, <c>bulk-00000001.seg</c>, <c>spare-00000001.seg</c>.</summary>
internal static class SegmentNames
{
    internal const string Spare = "spare-";

    internal static string Of(LogKind log, ulong number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(log)}{number:D8}.seg");

    internal static string OfSpare(int number) => string.Create(CultureInfo.InvariantCulture, $"{Spare}{number:D8}.seg");

    /// <summary>Numbers of a log's segments, ascending.</summary>
    internal static IReadOnlyList<ulong> NumbersOf(LogKind log, IEnumerable<string> names)
    {
        var prefix = Prefix(log);
        var numbers = new List<ulong>();
        foreach (var name in names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".seg", StringComparison.Ordinal)
                && ulong.TryParse(name.AsSpan(prefix.Length, name.Length - prefix.Length - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static string Prefix(LogKind log) => log == LogKind.Books ? "books-" : "bulk-";
}
