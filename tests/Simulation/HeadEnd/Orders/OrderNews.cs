using System.Text.Json.Nodes;

namespace Simulation.HeadEnd.Orders;

/// <summary>What a box told of one order.</summary>
internal sealed class OrderNews
{
    private static readonly string[] Ends = ["done", "partial", "failed", "refused", "expired", "cancelled"];
    private readonly List<JsonNode> _results = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private JsonNode? _status;

    /// <summary>It ended, or was told twice: nothing but <c>unknown</c> is open any more.</summary>
    internal Task Over => _over.Task;

    /// <summary>Takes a status or a result.</summary>
    internal void Take(bool isStatus, JsonNode message)
    {
        lock (_lock)
        {
            if (!isStatus)
            {
                _results.Add(message);
                return;
            }

            _status = message;
            if (Ends.Contains(Text(message, "state")))
            {
                _over.TrySetResult();
            }
        }
    }

    /// <summary>The last state, and all that was said of it and of its meters.</summary>
    internal (string State, string Words) Sum()
    {
        lock (_lock)
        {
            if (_status is null)
            {
                return ("silent", "nothing was told of it");
            }

            var code = Text(_status, "code");
            var meters = _results.Select(result => Changes(result)).Where(change => change.Length > 0);
            var (done, of) = (_status["done"]?.GetValue<int>() ?? 0, _status["of"]?.GetValue<int>() ?? 0);
            return (Text(_status, "state"), string.Join("; ", ((string[])[code, Text(_status, "sentence"), .. meters, of > 1 ? $"{done} of {of} meters" : ""]).Where(part => part.Length > 0).Distinct()));
        }
    }

    private static string Changes(JsonNode result)
    {
        var (before, after) = (Text(result, "before"), Text(result, "after"));
        return before.Length > 0 || after.Length > 0 ? $"{(before.Length > 0 ? before : "?")} -> {(after.Length > 0 ? after : "?")}" : "";
    }

    private static string Text(JsonNode of, string name) => of[name]?.GetValue<string>() ?? "";
}
