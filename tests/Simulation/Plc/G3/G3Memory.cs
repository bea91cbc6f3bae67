namespace Simulation.Plc.G3;

/// <summary>What a modem keeps without power: who it is, and how far its frame counter is. Another modem has another one.</summary>
/// <param name="eui">EUI-64, 8 octets as stored.</param>
public sealed class G3Memory(byte[] eui)
{
    /// <summary>EUI-64 from the chip.</summary>
    public byte[] Eui { get; set; } = eui;

    /// <summary>The MAC frame counter it uses next.</summary>
    public uint FrameCounter { get; set; }
}
