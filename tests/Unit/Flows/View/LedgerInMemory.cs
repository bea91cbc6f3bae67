using System.Buffers.Binary;
using System.Security.Cryptography;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Unit.Flows.View;

/// <summary>A ledger as the view meets it.</summary>
public sealed class LedgerInMemory : ILedgerReader, ILedgerAnchors
{
    private readonly Lock _lock = new();
    private readonly List<StoredRecord> _records = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _dropped;

    public ulong BootId { get; set; } = 1;

    /// <summary>Another salt is another ledger.</summary>
    public int Salt { get; set; }

    public ulong OldestBulkSequence => _dropped + 1;

    public ulong DurableSequence
    {
        get
        {
            lock (_lock)
            {
                return _dropped + (ulong)_records.Count;
            }
        }
    }

    public ulong Add(DateTime? at, byte[] payload, RecordClass recordClass = RecordClass.Reading, RecordType type = RecordType.Telegram)
    {
        lock (_lock)
        {
            var sequence = _dropped + (ulong)_records.Count + 1;
            _records.Add(new StoredRecord(sequence, type, recordClass, new BoxTime(at, TimeQuality.Synchronised, (long)sequence, BootId), payload));
            _grown.SetResult();
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return sequence;
        }
    }

    public void DropBefore(ulong sequence)
    {
        lock (_lock)
        {
            _records.RemoveRange(0, (int)(sequence - 1 - _dropped));
            _dropped = sequence - 1;
        }
    }

    public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
    {
        lock (_lock)
        {
            var found = new List<StoredRecord>();
            var octets = 0;
            for (next = Math.Max(first, _dropped + 1); next <= last && next <= _dropped + (ulong)_records.Count; next++)
            {
                var record = _records[(int)(next - _dropped - 1)];
                if (record.Class == recordClass)
                {
                    if (found.Count == maxRecords || (octets > 0 && octets + record.Payload.Length > maxOctets))
                    {
                        return found;
                    }

                    octets += record.Payload.Length;
                    found.Add(record);
                }
            }

            next = Math.Max(next, last + 1);
            return found;
        }
    }

    public async Task WaitBeyondAsync(ulong sequence, CancellationToken stop)
    {
        while (true)
        {
            Task grown;
            lock (_lock)
            {
                if (_dropped + (ulong)_records.Count > sequence)
                {
                    return;
                }

                grown = _grown.Task;
            }

            await grown.WaitAsync(stop);
        }
    }

    public bool TryGetChainHash(ulong sequence, Span<byte> hash32)
    {
        if (sequence <= _dropped || sequence > DurableSequence)
        {
            return false;
        }

        Span<byte> seed = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(seed, sequence);
        BinaryPrimitives.WriteInt32LittleEndian(seed[8..], Salt);
        SHA256.HashData(seed, hash32);
        return true;
    }
}
