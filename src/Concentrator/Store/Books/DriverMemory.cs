using System.Collections.Concurrent;
using Concentrator.Ports;
using Metering;
using Metering.Orders;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>Small values of the drivers, in the books.</summary>
internal sealed class DriverMemory(ILedger ledger, ITimeSource time) : IDriverMemory
{
    private const int MostOctets = 64 * 1024;
    private readonly ConcurrentDictionary<(string Driver, string Name), byte[]> _values = new();

    public ReadOnlyMemory<byte> Load(string driver, string name) => _values.GetValueOrDefault((driver, name));

    public async ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets.Length, MostOctets, nameof(octets));
        var copy = octets.ToArray();
        await ledger.AppendAsync([ToRecord(driver, name, copy)], Urgency.OnDemand, stop).ConfigureAwait(false);
        _values[(driver, name)] = copy;
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record)
    {
        var from = new OctetReader(record.Payload);
        _values[(from.Text(), from.Text())] = from.Octets().ToArray();
    }

    /// <summary>Every value, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => _values.Select(value => ToRecord(value.Key.Driver, value.Key.Name, value.Value));

    private NewRecord ToRecord(string driver, string name, byte[] octets)
    {
        var to = new OctetWriter();
        to.Text(driver);
        to.Text(name);
        to.Octets(octets);
        return new NewRecord(RecordType.DriverMemory, RecordClass.None, time.Now, to.ToArray());
    }
}
