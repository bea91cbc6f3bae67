using System.Buffers.Binary;

namespace Fuzz.Families;

/// <summary>Several APDUs in one input: <code>mode u8 | (length u16 | octets)*</code> A length that says more than there is means what there is; more messages than a conversation needs are left away.</summary>
internal ref struct Messages(ReadOnlyMemory<byte> input)
{
    private const int Most = 64;
    private ReadOnlyMemory<byte> _left = input[1..];
    private int _count;

    /// <summary>Writes an input.</summary>
    internal static byte[] Of(byte mode, params IEnumerable<byte[]> apdus) => [mode, .. apdus.SelectMany(apdu => (byte[])[(byte)(apdu.Length >> 8), (byte)apdu.Length, .. apdu])];

    /// <summary>The next one.</summary>
    internal bool TryNext(out ReadOnlyMemory<byte> apdu)
    {
        apdu = default;
        if (_left.Length < 2 || _count++ == Most)
        {
            return false;
        }

        var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(_left.Span), _left.Length - 2);
        apdu = _left.Slice(2, length);
        _left = _left[(2 + length)..];
        return true;
    }
}
