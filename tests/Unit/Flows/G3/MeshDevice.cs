using Simulation.Dlms;

namespace Unit.Flows.G3;

/// <summary>A device of a G3 network as its coordinator's modem knows it, with a meter behind it.</summary>
internal sealed class MeshDevice(ulong eui, byte[] key, DlmsMeter? meter = null)
{
    /// <summary>As the modem tells it.</summary>
    internal byte[] Eui { get; } = [.. Enumerable.Range(0, 8).Select(octet => (byte)(eui >> (56 - (8 * octet))))];

    internal string Name => Convert.ToHexString(Eui);

    /// <summary>The key it was made with.</summary>
    internal byte[] Key { get; } = key;

    internal DlmsMeter? Meter { get; } = meter;

    /// <summary>0 before it has one.</summary>
    internal ushort Address { get; set; }

    /// <summary>The group key it was given; null before it was.</summary>
    internal byte[]? GroupKey { get; set; }

    /// <summary>A group key it has and does not use yet.</summary>
    internal byte[]? NextGroupKey { get; set; }

    /// <summary>The highest frame counter it saw of a coordinator: one that goes back is refused.</summary>
    internal uint FrameCounter { get; set; }

    /// <summary>Nothing reaches it.</summary>
    internal bool IsAway { get; set; }

    /// <summary>Datagrams it was sent.</summary>
    internal int Datagrams { get; set; }

    /// <summary>It has completed its join.</summary>
    internal void Enter(MeshModem modem, ushort address) => (Address, GroupKey, FrameCounter) = (address, modem.GroupKeys[modem.ActiveKey], modem.FrameCounter);
}
