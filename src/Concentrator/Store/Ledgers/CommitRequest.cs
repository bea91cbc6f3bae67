using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>Records that somebody waits for.</summary>
internal sealed class CommitRequest(IReadOnlyList<NewRecord> records, TimeSpan window, bool mayBeHeld)
{
    private readonly TaskCompletionSource<ulong> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal IReadOnlyList<NewRecord> Records { get; } = records;

    /// <summary>How long it may wait for company.</summary>
    internal TimeSpan Window { get; } = window;

    /// <summary>True where it is kept in RAM through a storage fault; others are told at once.</summary>
    internal bool MayBeHeld { get; } = mayBeHeld;

    internal Task<ulong> Done => _done.Task;

    /// <summary>Octets in the ledger, seals not counted.</summary>
    internal int Octets { get; } = records.Sum(record => RecordHeader.Size + record.Payload.Length);

    internal void Complete(ulong sequence) => _done.TrySetResult(sequence);

    internal void Fail(StorageFaultException fault) => _done.TrySetException(fault);
}
