using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// Bodies of Sagemcom XT211 and of the Czech grid operators' specification: <code>02 02 | something | 01 n {02 02 | class u16, logical name, attribute without tags | Data}</code>
/// That is no A-XDR; it is taken only where it fills the body to its last octet.
/// </summary>
internal static class DescriptorBody
{
    private const int Descriptor = 9, Pair = 0x02;

    internal static bool TryRead(ReadOnlySpan<byte> body, List<PushValue> values)
    {
        var reader = new AXdrReader(body);
        if (!reader.TryItem(out var outer) || outer is not { Tag: AXdrTag.Structure, Count: Pair } || !reader.TrySkip() || !reader.TryItem(out var list) || list.Tag != AXdrTag.Array || list.Count == 0)
        {
            return false;
        }

        var found = new List<PushValue>();
        for (var i = 0; i < list.Count; i++)
        {
            if (!reader.TryOctets(2 + Descriptor, out var head) || head[0] != (byte)AXdrTag.Structure || head[1] != Pair || head[2] != 0)
            {
                return false;
            }

            var at = reader.Position;
            if (!reader.TrySkip())
            {
                return false;
            }

            var name = new Obis(head[4], head[5], head[6], head[7], head[8], head[9]);
            found.Add(new PushValue(new CaptureObject(BinaryPrimitives.ReadUInt16BigEndian(head[2..]), name, head[10], 0), at, reader.Position - at, null));
        }

        if (reader.Remaining != 0)
        {
            return false;
        }

        values.AddRange(found);
        return true;
    }
}
