using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>A key at rest: wrapped under the device key, bound to its name. The last one per name wins; an empty one takes it away.</summary>
internal sealed record WrappedKeyRecord(KeyName Name, ReadOnlyMemory<byte> Wrapped)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        Write(to, Name);
        to.Octets(Wrapped.Span);
        return new NewRecord(RecordType.WrappedKey, RecordClass.None, now, to.ToArray());
    }

    internal static WrappedKeyRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new WrappedKeyRecord(ReadName(ref from), from.Octets());
    }

    internal static void Write(OctetWriter to, in KeyName name)
    {
        to.Text(name.Device);
        to.Byte((byte)name.Purpose);
        to.Number((ulong)name.Client);
        to.Number(name.KeyId);
    }

    internal static KeyName ReadName(ref OctetReader from) => new(from.Text(), (KeyPurpose)from.Byte(), (int)from.Number(), (uint)from.Number());
}
