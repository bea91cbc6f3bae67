namespace Metering.Driver;

/// <summary>
/// The way back of a push that the meter wants confirmed: it is settled once, true when what it brought is synced to the ledger, false when it was not kept. Nothing is acknowledged to a
/// meter before (CONTRACTS: the ledger is the truth).
/// </summary>
public sealed class PushReceipt
{
    private readonly TaskCompletionSource<bool> _kept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the answer.</summary>
    public Task<bool> Kept => _kept.Task;

    /// <summary>Gives the answer; a second one does not count.</summary>
    public void Settle(bool kept) => _kept.TrySetResult(kept);
}
