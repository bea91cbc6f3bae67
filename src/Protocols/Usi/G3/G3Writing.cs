using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>What G3 messages write that APDUs do not have.</summary>
internal static class G3Writing
{
    internal static PduWriter Eui(this PduWriter to, Eui64 eui) => to.UInt32((uint)(eui.Value >> 32)).UInt32((uint)eui.Value);

    internal static PduWriter Flag(this PduWriter to, bool flag) => to.Byte(flag ? (byte)1 : (byte)0);
}
