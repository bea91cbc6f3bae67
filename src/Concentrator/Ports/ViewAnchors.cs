namespace Concentrator.Ports;

/// <summary>What a view of the ledger holds on to, to know later that it still is a view of this ledger.</summary>
public interface ILedgerAnchors
{
    /// <summary>The boot in which the ledger is open.</summary>
    ulong BootId { get; }

    /// <summary>The first sequence that bulk still holds; 0 where it holds none.</summary>
    ulong OldestBulkSequence { get; }

    /// <summary>The chain hash of the seal that covers a sequence; false where no such seal is there (any more).</summary>
    /// <param name="sequence">A sequence that is synced.</param>
    /// <param name="hash32">Takes 32 octets.</param>
    bool TryGetChainHash(ulong sequence, Span<byte> hash32);
}
