using System.Buffers.Binary;
using System.Text;

namespace Protocols.Dlms.Wrapper;

/// <summary>
/// A control message of the PRIME DC wrapper (DLMSoTCP), in a wrapper PDU between the wPorts 0 and 1:
/// <code>
/// to the head-end (0 to 1): 01 device u16 | capabilities u16 | L DLMS id | EUI-48    a device is there
///                           02 device u16                                            it is gone
/// from it (1 to 0):         03                                                       tell which are there, and forward from now on
///                           04 device u16                                            let its connection go
///                           05 device u16, 06 device u16                             let it go when the head-end goes, or not
/// </code>
/// Data goes between the head-end's client SAP and the device number in the place of the logical device.
/// </summary>
public abstract record DcMessage
{
    /// <summary>wPort of the side that has the devices, and of the side that asks.</summary>
    public const ushort Base = 0, HeadEnd = 1;

    /// <summary>The device repeats what got lost on its way (ARQ).</summary>
    public const ushort Repeats = 1;

    private const int EuiLength = 6, LongestId = 255;

    private DcMessage()
    {
    }

    /// <summary>A device is there.</summary>
    public sealed record NewDevice(ushort Device, ushort Capabilities, string DlmsId, ReadOnlyMemory<byte> Eui48) : DcMessage;

    /// <summary>A device is gone.</summary>
    public sealed record RemoveDevice(ushort Device) : DcMessage;

    /// <summary>The head-end wants to be told.</summary>
    public sealed record StartReporting : DcMessage;

    /// <summary>The connection of a device shall be let go.</summary>
    public sealed record DeleteMeter(ushort Device) : DcMessage;

    /// <summary>The connection of a device shall be let go when the head-end goes.</summary>
    public sealed record EnableAutoClose(ushort Device) : DcMessage;

    /// <summary>Not so any more.</summary>
    public sealed record DisableAutoClose(ushort Device) : DcMessage;

    /// <summary>Reads a message; null for what is none.</summary>
    public static DcMessage? Read(ReadOnlyMemory<byte> octets)
    {
        var span = octets.Span;
        var device = span.Length >= 3 ? BinaryPrimitives.ReadUInt16BigEndian(span[1..]) : (ushort)0;
        return (span.Length, span.IsEmpty ? 0 : span[0]) switch
        {
            (>= 6 + EuiLength, 1) when span.Length == 6 + span[5] + EuiLength => new NewDevice(
                device, BinaryPrimitives.ReadUInt16BigEndian(span[3..]), Encoding.ASCII.GetString(span.Slice(6, span[5])), octets[^EuiLength..]),
            (3, 2) => new RemoveDevice(device),
            (1, 3) => new StartReporting(),
            (3, 4) => new DeleteMeter(device),
            (3, 5) => new EnableAutoClose(device),
            (3, 6) => new DisableAutoClose(device),
            _ => null,
        };
    }

    /// <summary>As the APDU of a wrapper PDU.</summary>
    public byte[] ToOctets() => this switch
    {
        NewDevice device => Write(device),
        RemoveDevice(var device) => [2, (byte)(device >> 8), (byte)device],
        StartReporting => [3],
        DeleteMeter(var device) => [4, (byte)(device >> 8), (byte)device],
        EnableAutoClose(var device) => [5, (byte)(device >> 8), (byte)device],
        DisableAutoClose(var device) => [6, (byte)(device >> 8), (byte)device],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static byte[] Write(NewDevice one)
    {
        var id = Encoding.ASCII.GetBytes(one.DlmsId);
        id = id.Length > LongestId ? id[..LongestId] : id;
        var eui = new byte[EuiLength];
        one.Eui48.Span[..Math.Min(EuiLength, one.Eui48.Length)].CopyTo(eui);
        return [1, (byte)(one.Device >> 8), (byte)one.Device, (byte)(one.Capabilities >> 8), (byte)one.Capabilities, (byte)id.Length, .. id, .. eui];
    }
}
