using System.Buffers.Binary;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Protocols.Dlms.Security;

/// <summary>What a host opened of the general forms.</summary>
/// <param name="Plain">The APDU inside; empty where it is refused.</param>
/// <param name="Counter">What must rise: the invocation counter of an identified key, else the transaction id (its last four octets).</param>
/// <param name="IsCounted">It is an invocation counter.</param>
internal readonly record struct HostEnvelope(ReadOnlyMemory<byte> Plain, HostProtection Protection, uint Counter, bool IsCounted);

/// <summary>The host's side of general-ciphering and general-signing: opens what a client made, and makes answers alike.</summary>
internal sealed class HostEnvelopes(ReadOnlyMemory<byte> title, byte[] key, byte[] authenticationKey, Credentials credentials, EnvelopeRules rules)
{
    private ReadOnlyMemory<byte> _client;

    /// <summary>Opens; a signature that does not hold, another recipient or another client refuse it.</summary>
    internal HostEnvelope Open(Pdu pdu, ReadOnlyMemory<byte> client)
    {
        var (inner, protection, counter, counted) = (pdu, new HostProtection(HostProtection.SignedAlone, false, 0), 0u, false);
        GeneralHeader header = default;
        var plain = ReadOnlyMemory<byte>.Empty;
        if (pdu is GeneralCiphering ciphering)
        {
            var control = ciphering.Content.IsEmpty ? (byte)0 : ciphering.Content.Span[0];
            if (GeneralEnvelope.Open(ciphering, key, authenticationKey, credentials, rules, out var octets, out var way) is not null || octets.Length == 0)
            {
                return default;
            }

            (header, plain, counted) = (ciphering.Header, octets, way == GeneralKey.Identified);
            counter = counted ? BinaryPrimitives.ReadUInt32BigEndian(ciphering.Content.Span[1..]) : 0;
            protection = new HostProtection(1 + (int)way, false, control);
            inner = octets[0] == (byte)ApduTag.GeneralSigning ? Pdu.Read(plain, out _)! : pdu;
        }

        if (inner is GeneralSigning signed)
        {
            if (GeneralEnvelope.Verify(signed, credentials.TheirSigning.Span) is not null)
            {
                return default;
            }

            (header, plain, protection) = (signed.Header, signed.Content, protection with { IsSigned = true });
        }

        if (plain.IsEmpty || (!header.Recipient.IsEmpty && !header.Recipient.Span.SequenceEqual(title.Span)) || (!client.IsEmpty && !header.Originator.Span.SequenceEqual(client.Span)))
        {
            return default;
        }

        _client = header.Originator;
        counter = counted ? counter : header.Transaction.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(header.Transaction.Span[^4..]) : 0;
        return new HostEnvelope(plain, protection with { Transaction = header.Transaction }, counter, counted);
    }

    /// <summary>Signs an answer where the question was signed.</summary>
    internal ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> plain, in HostProtection like) => like.IsSigned && credentials.Signing is { } signing
        ? GeneralEnvelope.Sign(signing, HeaderOf(like), plain).ToOctets() : plain;

    /// <summary>Enciphers an answer as the question was.</summary>
    internal byte[] Seal(ReadOnlyMemory<byte> plain, in HostProtection like, uint counter) => GeneralEnvelope.Seal(
        (GeneralKey)(like.Form - 1), like.Control, counter, HeaderOf(like), plain.Span, key, authenticationKey, credentials, rules, out var fault)?.ToOctets()
        ?? throw new CryptographicException(fault);

    private GeneralHeader HeaderOf(in HostProtection like) => new(like.Transaction, title, _client, default, default);
}
