using System.Diagnostics;

namespace Substation.Orders;

/// <summary>Many orders on one medium, one world each, and what they took.</summary>
internal static class OrderReport
{
    /// <param name="names">Names of the cases, a comma between them; empty for all.</param>
    internal static async Task<Dictionary<string, object>> RunAsync<T>(string names, Func<OrderCase, Task<T>> run)
        where T : notnull
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var all = new Dictionary<string, object>();
        foreach (var order in OrderCases.All.Where(one => names.Length == 0 || names.Split(',').Contains(one.Name)))
        {
            all[order.Name] = await run(order).ConfigureAwait(false);
        }

        all["processorSeconds"] = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1);
        return all;
    }
}
