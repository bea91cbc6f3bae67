using System.Collections.Concurrent;
using System.Text.Json;
using Unit.Live;

namespace Unit.Flows.Orders;

/// <summary>Runs of orders on virtual time, each in a process of its own, and each once however many tests look at it.</summary>
internal static class OrderRuns
{
    internal static readonly string[] Media = ["prime", "g3", "serial"];
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonElement>>> Runs = new();

    /// <summary>What a run reports of one of its cases.</summary>
    /// <param name="arguments">Of the substation: kill, prove or refuse, and the medium.</param>
    internal static async Task<JsonElement> OfAsync(string name, params string[] arguments)
    {
        var run = await Runs.GetOrAdd(string.Join(' ', arguments), _ => new Lazy<Task<JsonElement>>(() => SubstationProcess.RunAsync(arguments))).Value;
        return run.GetProperty(name);
    }

    internal static string Text(this JsonElement of, string name) => of.GetProperty(name).GetString()!;

    internal static string[] Texts(this JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
}
