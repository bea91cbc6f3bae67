using System.Text;
using System.Text.Json;

namespace Substation.Orders;

/// <summary>A message as it left for the head-end.</summary>
internal sealed record Published(string Topic, string Payload);

/// <summary>What arrived at the head-end; it outlives the box.</summary>
internal sealed class HeadEnd
{
    /// <summary>Base of the box's topics.</summary>
    internal const string Base = "dc/v1/dc-test";

    /// <summary>Everything, in the order in which it came.</summary>
    internal List<Published> All { get; } = [];

    /// <summary>It can be reached.</summary>
    internal bool IsThere { get; set; } = true;

    internal void Take(string topic, ReadOnlySpan<byte> payload) => All.Add(new Published(topic, Encoding.UTF8.GetString(payload)));

    /// <summary>States of an order as they were told, those that were told again left out.</summary>
    internal IReadOnlyList<string> StatesOf(string order) => Texts($"{Base}/cmd/{order}/status", "state");

    /// <summary>Results of an order's meters as they were told, those that were told again left out.</summary>
    internal IReadOnlyList<string> ResultsOf(string order) => Texts($"{Base}/cmd/{order}/result", "state");

    /// <summary>The last result of an order.</summary>
    internal JsonElement? LastResultOf(string order) => All.FindLast(one => one.Topic == $"{Base}/cmd/{order}/result") is { } last ? JsonDocument.Parse(last.Payload).RootElement : null;

    /// <summary>The last status of an order.</summary>
    internal JsonElement? LastStatusOf(string order) => All.FindLast(one => one.Topic == $"{Base}/cmd/{order}/status") is { } last ? JsonDocument.Parse(last.Payload).RootElement : null;

    /// <summary>Values that came for an order, each counted once.</summary>
    internal int ValuesOf(string order)
    {
        var values = new HashSet<string>();
        foreach (var block in BlocksOf(order))
        {
            foreach (var row in block.GetProperty("rows").EnumerateArray())
            {
                values.UnionWith(block.GetProperty("columns").EnumerateArray().Select(column => $"{row.GetProperty("key").GetString()} {column.GetProperty("id").GetString()}"));
            }
        }

        return values.Count;
    }

    /// <summary>Blocks of readings that name an order.</summary>
    internal IEnumerable<JsonElement> BlocksOf(string order) => All.Where(one => one.Topic.StartsWith($"{Base}/readings/", StringComparison.Ordinal))
        .SelectMany(one => JsonDocument.Parse(one.Payload).RootElement.GetProperty("blocks").EnumerateArray()).Where(block => block.GetProperty("orderId").GetString() == order);

    private List<string> Texts(string topic, string member)
    {
        var texts = new List<string>();
        foreach (var text in All.Where(one => one.Topic == topic).Select(one => JsonDocument.Parse(one.Payload).RootElement.GetProperty(member).GetString()!))
        {
            if (texts.Count == 0 || texts[^1] != text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }
}
