using System.Collections.Concurrent;
using Metering.Orders;

namespace Substation;

/// <summary>Small values of drivers, in memory.</summary>
public sealed class FreshMemory : IDriverMemory
{
    private readonly ConcurrentDictionary<(string, string), byte[]> _values = new();

    /// <summary>Names under which something is kept.</summary>
    public IEnumerable<string> Names => _values.Keys.Select(key => key.Item2);

    public ReadOnlyMemory<byte> Load(string driver, string name) => _values.GetValueOrDefault((driver, name));

    public ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        _values[(driver, name)] = octets.ToArray();
        return ValueTask.CompletedTask;
    }
}
