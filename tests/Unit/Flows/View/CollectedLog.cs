using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Unit.Flows.View;

/// <summary>Log lines as they came.</summary>
public sealed class CollectedLog<T> : ILogger<T>
{
    public ConcurrentQueue<(int Id, string Line)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((eventId.Id, formatter(state, exception)));
}
