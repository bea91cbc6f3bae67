using Protocols.Dlms.Apdu;

namespace Protocols.Usi;

/// <summary>What messages to modems write that APDUs do not have.</summary>
internal static class UsiWriting
{
    /// <summary>Octets with their count in two octets in front.</summary>
    internal static PduWriter Counted(this PduWriter to, ReadOnlyMemory<byte> octets) => to.UInt16((ushort)octets.Length).Raw(octets);

    /// <summary>Octets with their count in one octet in front.</summary>
    internal static PduWriter Short(this PduWriter to, ReadOnlyMemory<byte> octets) => to.Byte((byte)octets.Length).Raw(octets);

    internal static PduWriter Eui(this PduWriter to, Prime.Eui48 eui) => to.UInt16((ushort)(eui.Value >> 32)).UInt32((uint)eui.Value);
}
