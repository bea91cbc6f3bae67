using Substation.Box;

namespace Substation.Orders;

/// <summary>The state directory of a box in memory: what was not synced is gone with the power, as far as its fate wants it.</summary>
internal sealed class BoxDisk
{
    private BoxDisk(CrashFiles ledger, CrashFiles delivery) => (Ledger, Delivery) = (ledger, delivery);

    internal BoxDisk(int seed)
        : this(new CrashFiles(new Random(seed)), new CrashFiles(new Random(seed + 1)))
    {
    }

    /// <summary>The logs.</summary>
    internal CrashFiles Ledger { get; }

    /// <summary>How far the head-end is.</summary>
    internal CrashFiles Delivery { get; }

    /// <summary>Every file, as the system has it and as it is on the medium.</summary>
    internal IEnumerable<(string Name, byte[] Octets)> Contents => Ledger.Contents.Concat(Delivery.Contents);

    /// <summary>Nothing is written any more.</summary>
    internal void Cut()
    {
        Ledger.CutAt = Ledger.Calls;
        Delivery.CutAt = Delivery.Calls;
    }

    /// <summary>What is there when the power comes back.</summary>
    internal BoxDisk AfterPowerCut(int seed) => new(Ledger.AfterPowerCut(new Random(seed)), Delivery.AfterPowerCut(new Random(seed)));
}
