using Substation.Box;

namespace Substation.Orders;

/// <summary>The state directory of a box in memory: what was not synced is gone with the power, as far as its fate wants it.</summary>
internal sealed class BoxDisk
{
    private BoxDisk(CrashFiles ledger, CrashFiles delivery, CrashFiles images) => (Ledger, Delivery, Images) = (ledger, delivery, images);

    internal BoxDisk(int seed)
        : this(new CrashFiles(new Random(seed)), new CrashFiles(new Random(seed + 1)), new CrashFiles(new Random(seed + 2)))
    {
    }

    /// <summary>The logs.</summary>
    internal CrashFiles Ledger { get; }

    /// <summary>How far the head-end is.</summary>
    internal CrashFiles Delivery { get; }

    /// <summary>Images for meters.</summary>
    internal CrashFiles Images { get; }

    /// <summary>Every file, as the system has it and as it is on the medium.</summary>
    internal IEnumerable<(string Name, byte[] Octets)> Contents => Ledger.Contents.Concat(Delivery.Contents).Concat(Images.Contents);

    /// <summary>Nothing is written any more.</summary>
    internal void Cut()
    {
        Ledger.CutAt = Ledger.Calls;
        Delivery.CutAt = Delivery.Calls;
        Images.CutAt = Images.Calls;
    }

    /// <summary>What is there when the power comes back.</summary>
    internal BoxDisk AfterPowerCut(int seed) => new(Ledger.AfterPowerCut(new Random(seed)), Delivery.AfterPowerCut(new Random(seed)), Images.AfterPowerCut(new Random(seed)));
}
