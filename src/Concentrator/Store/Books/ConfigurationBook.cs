using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>The configurations that were applied, in the books: one record a change, so that an auditor sees what the box was told when.</summary>
internal sealed class ConfigurationBook(ILedger ledger, ITimeSource time)
{
    private string? _last;

    /// <summary>Writes the effective values down where they are not those of the last start.</summary>
    internal async ValueTask AppliedAsync(string text, CancellationToken stop)
    {
        if (text != _last)
        {
            await ledger.AppendAsync([ToRecord(text)], Urgency.Order, stop).ConfigureAwait(false);
            _last = text;
        }
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record) => _last = new OctetReader(record.Payload).Text();

    /// <summary>The last one, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => _last is null ? [] : [ToRecord(_last)];

    private NewRecord ToRecord(string text)
    {
        var to = new OctetWriter();
        to.Text(text);
        return new NewRecord(RecordType.Configuration, RecordClass.None, time.Now, to.ToArray());
    }
}
