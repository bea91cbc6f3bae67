using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>A network for people: a PRIME network as the tree it is, a G3 mesh as a list by hops.</summary>
internal static class NetworkText
{
    internal static IEnumerable<string> Lines(NetworkShape network)
    {
        var states = string.Join(", ", network.States.Select(state => $"{state.Value} {state.Key}"));
        yield return $"{network.Driver} ({network.Family}): {network.Nodes.Count} nodes, {states}; since start {network.Joins} joined, {network.Leaves} left, {network.Moves} moved"
            + (network.NotKept > 0 ? $"; {network.NotKept} more were too many to keep" : "");
        var width = Math.Max(22, network.Nodes.Count == 0 ? 0 : network.Nodes.Max(node => node.Eui.Length) + 2 + (2 * Math.Min(8, network.Nodes.Max(node => node.Level ?? 0))));
        yield return $"  {"EUI".PadRight(width)} {"ADDRESS",-8} {"METER",-22} {"STATE",-12} {"QUALITY",7} {"PRESENT",7}  {"LAST HEARD",-19}  SENTENCE";
        foreach (var (node, depth) in network.Family == "prime" ? Tree(network.Nodes) : network.Nodes.OrderBy(node => node.Level ?? int.MaxValue).ThenBy(node => node.Eui, StringComparer.Ordinal).Select(node => (node, 0)))
        {
            var name = new string(' ', 2 * Math.Min(8, depth)) + (node.IsSwitch ? "+" : "-") + node.Eui;
            var said = string.Join("; ", new[] { Hops(node.Level), network.Family == "prime" || node.Parent is null ? "" : $"via {node.Parent}", node.Sentence }.Where(part => part.Length > 0));
            yield return $"  {name.PadRight(width)} {node.Address,-8} {node.Meter,-22} {node.State + (node.IsOld ? "?" : ""),-12} {(node.Quality is { } quality ? $"{quality} %" : ""),7} {node.Present,5:0} %  {node.LastHeard,-19:yyyy-MM-dd HH:mm:ss}  {said}".TrimEnd();
        }
    }

    /// <summary>A change in one line.</summary>
    internal static string Line(NetworkChangeShape change) =>
        $"{change.At:HH:mm:ss} {change.Driver,-8} {change.What,-12} {change.Eui,-16} {change.Meter,-22} {Hops(change.Level),-7} {change.Sentence}".TrimEnd();

    internal static string Hops(int? level) => level switch { null => "", 1 => "1 hop", { } hops => $"{hops} hops" };

    /// <summary>Each node under the one it hangs on; one whose parent is not known, or that hangs in a circle, stands at the root.</summary>
    internal static IEnumerable<(NodeShape Node, int Depth)> Tree(IReadOnlyList<NodeShape> nodes)
    {
        var known = nodes.Select(node => node.Eui).ToHashSet(StringComparer.Ordinal);
        var children = nodes.Where(node => node.Parent is { } parent && known.Contains(parent) && parent != node.Eui).ToLookup(node => node.Parent!, StringComparer.Ordinal);
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<(NodeShape Node, int Depth)>();
        foreach (var root in nodes.Where(node => node.Parent is null || !known.Contains(node.Parent)).Concat(nodes))
        {
            open.Push((root, 0));
            while (open.TryPop(out var next))
            {
                if (!shown.Add(next.Node.Eui))
                {
                    continue;
                }

                yield return next;
                foreach (var child in children[next.Node.Eui].Reverse())
                {
                    open.Push((child, next.Depth + 1));
                }
            }
        }
    }
}
