using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>A count and so many Data: what the blocks of a list hold.</summary>
internal static class ValueList
{
    internal static ReadOnlyMemory<byte> Of(IReadOnlyList<ReadOnlyMemory<byte>> values)
    {
        var to = new ApduBuffer();
        new PduWriter(to).List(values, static (one, item) => one.Raw(item));
        return to.Written.ToArray();
    }
}
