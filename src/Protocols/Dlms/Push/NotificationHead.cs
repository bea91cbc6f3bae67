using System.Buffers.Binary;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Push;

/// <summary>DATA-NOTIFICATION without a look at its body: <code>0F | long invoke id u32 | date-time, 00 for none (some write tag 09 in front) | body</code></summary>
/// <param name="At">date-time as sent, empty for none.</param>
/// <param name="Body">All that follows.</param>
internal readonly record struct NotificationHead(LongInvokeId Id, ReadOnlyMemory<byte> At, ReadOnlyMemory<byte> Body)
{
    private const int Fixed = 5;

    internal static bool TryRead(ReadOnlyMemory<byte> apdu, out NotificationHead head)
    {
        head = default;
        if (apdu.Length <= Fixed || apdu.Span[0] != (byte)ApduTag.DataNotification)
        {
            return false;
        }

        var reader = new AXdrReader(apdu.Span[Fixed..]);
        if (!reader.TryLength(out var length) || (length == (int)AXdrTag.OctetString && !reader.TryLength(out length)) || !reader.TryOctets(length, out _) || reader.Remaining == 0)
        {
            return false;
        }

        var body = Fixed + reader.Position;
        head = new NotificationHead(new LongInvokeId(BinaryPrimitives.ReadUInt32BigEndian(apdu.Span[1..])), apdu.Slice(body - length, length), apdu[body..]);
        return true;
    }
}
