using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>How the box was put up where it is; the last one wins.</summary>
/// <param name="Mark">The five octets of the system title that are not the maker's letters.</param>
/// <param name="WrappedKey">The box's private key, wrapped under the device key.</param>
internal sealed record InstallationRecord(uint Number, Place Place, ReadOnlyMemory<byte> Mark, string Reason, DateTime? At, string KeyId, ReadOnlyMemory<byte> WrappedKey)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Number(Number);
        foreach (var part in new[] { Place.Hardware, Place.Machine, Place.FileSystem, Place.Inode })
        {
            to.Text(part);
        }

        to.Octets(Mark.Span);
        to.Text(Reason);
        to.Instant(At);
        to.Text(KeyId);
        to.Octets(WrappedKey.Span);
        return new NewRecord(RecordType.Installation, RecordClass.None, now, to.ToArray());
    }

    internal static InstallationRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new InstallationRecord(
            (uint)from.Number(), new Place(from.Text(), from.Text(), from.Text(), from.Text()), from.Octets(), from.Text(), from.Instant(), from.Text(), from.Octets());
    }
}
