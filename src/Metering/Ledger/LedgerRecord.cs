using System.Buffers.Binary;
using Metering.Driver;

namespace Metering.Ledger;

/// <summary>
/// What stands in the bulk log: a telegram with everything taken from it, or the reason why nothing was. The only way Readings come back from disk.
/// </summary>
/// <param name="Meter">The meter by its address; none where not even an address could be read.</param>
/// <param name="Raw">The octets as heard, beside the values, so that every value can be derived again.</param>
/// <param name="Security">How it was secured.</param>
/// <param name="Block">The readings; null where there are none.</param>
/// <param name="Fault">Why there are none; null where there are.</param>
/// <param name="Revision">0 the first time; +1 each time the same row is given again with other content.</param>
/// <param name="DecodedFrom">Sequence of the earlier record of the same octets that could not be decoded then; 0 for none.</param>
public sealed record LedgerRecord(
    MeterId Meter, RawFrame Raw, SecurityFacts Security, ReadingBlock? Block, Fault? Fault, int Revision = 0, ulong DecodedFrom = 0)
{
    private const byte HasBlock = 1, HasFault = 2, HasRssi = 4, HasCounter = 8, Encrypted = 16, Authenticated = 32;

    /// <summary>The payload of a <see cref="RecordType.Telegram"/>.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Byte((byte)((Block is null ? 0 : HasBlock) | (Fault is null ? 0 : HasFault) | (Raw.Link.RssiDbm is null ? 0 : HasRssi)
            | (Security.Counter is null ? 0 : HasCounter) | (Security.Encrypted ? Encrypted : 0) | (Security.Authenticated ? Authenticated : 0)));
        to.Text(Meter.Text);
        to.Text(Raw.Link.Source);
        to.Text(Raw.Link.Protocol);
        to.Text(Raw.Link.Mode);
        if (Raw.Link.RssiDbm is { } rssi)
        {
            to.Signed(rssi);
        }

        Span<byte> hash = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(hash, Raw.ContentHash);
        to.Raw(hash);
        to.Octets(Raw.Octets.Span);
        to.Signed(Security.Mode);
        to.Number(Security.KeyId);
        if (Security.Counter is { } counter)
        {
            to.Number(counter);
        }

        to.Number((ulong)Revision);
        to.Number(DecodedFrom);
        if (Fault is not null)
        {
            to.Byte((byte)Fault.Kind);
            to.Text(Fault.Sentence);
        }

        if (Block is not null)
        {
            BlockCodec.Write(to, Block);
        }

        return to.ToArray();
    }

    /// <summary>Reads a payload back.</summary>
    /// <param name="time">When it was heard: the record header's time.</param>
    /// <param name="payload">Octets that passed their CRC. The record keeps slices of them.</param>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static LedgerRecord Parse(BoxTime time, ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var flags = from.Byte();
        var meterText = from.Text();
        var meter = meterText.Length == 0 ? default : MeterId.Parse(meterText);
        var link = new LinkFacts(from.Text(), from.Text(), Mode: from.OptionalText(), RssiDbm: (flags & HasRssi) != 0 ? (int)from.Signed() : null);
        var hash = BinaryPrimitives.ReadUInt64BigEndian(from.Raw(8).Span);
        var raw = new RawFrame(from.Octets(), link, time, hash);
        var mode = (int)from.Signed();
        var keyId = (uint)from.Number();
        var security = new SecurityFacts(
            mode, keyId, (flags & HasCounter) != 0 ? (uint)from.Number() : null, (flags & Encrypted) != 0, (flags & Authenticated) != 0);
        var revision = (int)from.Number();
        var decodedFrom = from.Number();
        var fault = (flags & HasFault) != 0 ? new Fault((FaultKind)from.Byte(), from.Text()) : null;
        var block = (flags & HasBlock) != 0 ? BlockCodec.Read(ref from) : null;
        return new LedgerRecord(meter, raw, security, block, fault, revision, decodedFrom);
    }
}
