using Concentrator.Ports;

namespace Concentrator.Shipments;

/// <summary>What stands twice in a shipment list.</summary>
internal static class ShipmentDuplicates
{
    internal static void Find(IReadOnlyList<ShipmentRow> rows, List<ShipmentFinding> findings)
    {
        var (meters, euis, mbus, serials, places) = (Names(), Names(), Names(), Names(), Names());
        foreach (var row in rows)
        {
            var facts = row.Facts;
            Look(meters, facts.Meter.Text, row.Line, facts.Meter == facts.MBus ? "mbus" : "ldn", findings, first => $"{facts.Meter} stands on line {first} already");
            Look(euis, facts.Eui, row.Line, "eui", findings, first => $"EUI {facts.Eui} stands on line {first} already: a node has one meter");
            Look(mbus, facts.MBus == facts.Meter ? null : facts.MBus.Text, row.Line, "mbus", findings, first => $"{facts.MBus} stands on line {first} already");
            Look(serials, facts.Serial, row.Line, "serial", findings, first => $"serial number {facts.Serial} stands on line {first} already: neither is found by it, only by EUI", isFault: false);
            Look(places, facts.Place, row.Line, "place", findings, first => $"place {facts.Place} stands on line {first} already: two meters hang there?", isFault: false);
        }
    }

    private static Dictionary<string, int> Names() => new(StringComparer.Ordinal);

    private static void Look(Dictionary<string, int> seen, string? name, int line, string column, List<ShipmentFinding> findings, Func<int, string> sentence, bool isFault = true)
    {
        if (!string.IsNullOrEmpty(name) && !seen.TryAdd(name, line))
        {
            findings.Add(new ShipmentFinding(line, column, isFault, sentence(seen[name])));
        }
    }
}
