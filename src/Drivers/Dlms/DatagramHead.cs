using System.Buffers;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Drivers.Dlms;

/// <summary>What stands in front of an APDU in a datagram.</summary>
internal static class DatagramHead
{
    /// <summary>Unnumbered information, the control field of the 4-32 link layer; behind it destination and source LSAP.</summary>
    private const byte Information = 0x90;

    private const int LlcLength = 3;

    /// <summary>A datagram to the meter.</summary>
    internal static byte[] Write(DlmsFraming framing, int client, int server, ReadOnlyMemory<byte> apdu) => framing == DlmsFraming.Llc
        ? [Information, (byte)server, (byte)client, .. apdu.Span]
        : new WrapperFrame((ushort)client, (ushort)server, apdu).ToOctets();

    /// <summary>The APDU in a datagram from the meter; empty where there is none, or it is not for this client from this server.</summary>
    internal static ReadOnlyMemory<byte> Read(DlmsFraming framing, WrapperFramer wrapper, int client, int server, ReadOnlyMemory<byte> datagram)
    {
        if (framing == DlmsFraming.Llc)
        {
            return datagram.Length > LlcLength && datagram.Span[0] == Information && datagram.Span[1] == client && datagram.Span[2] == server ? datagram[LlcLength..] : default;
        }

        var input = new ReadOnlySequence<byte>(datagram);
        return wrapper.Read(ref input, out var frame, out _) == FrameRead.Got && input.IsEmpty && frame.Destination == client && frame.Source == server ? frame.Apdu : default;
    }
}
