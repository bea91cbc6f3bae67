using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;

namespace Protocols.Dlms.Security;

/// <summary>
/// The ciphering of a host's association with one client, by the product's own cipher (IEC 62056-5-3 clause 9): mechanisms 2 to 7, global, dedicated and general forms.
/// Counters to send are granted from outside, where they were reserved durably. Not thread-safe.
/// </summary>
public sealed class HostSecurity : IHostSecurity, IDisposable
{
    private const uint TransactionIds = 2;
    private readonly byte[] _authenticationKey;
    private readonly ReadOnlyMemory<byte> _secret;
    private readonly ICounterStore _accepted;
    private readonly KeyName _name;
    private readonly DlmsCipher _global;
    private readonly DlmsCipher? _broadcast;
    private readonly Credentials _credentials;
    private readonly HostEnvelopes _envelopes;
    private readonly byte[] _key;
    private DlmsCipher? _dedicated;
    private uint _next, _end, _dedicatedNext, _dedicatedExpects, _expectedBefore;

    /// <summary>Takes the keys of one client.</summary>
    /// <param name="title">System title of the host, 8 octets.</param>
    /// <param name="secret">Of mechanisms 2, 3, 4 and 6.</param>
    /// <param name="accepted">Judges the counters of the client.</param>
    /// <param name="name">Under which name it keeps them; those of the broadcast key under its purpose, transaction ids under key id 2.</param>
    /// <param name="credentials">Private keys and certificates; null where global keys are all there is.</param>
    /// <param name="broadcast">Global broadcast key; empty for none.</param>
    public HostSecurity(
        ReadOnlyMemory<byte> title, byte suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlyMemory<byte> secret, ICounterStore accepted, KeyName name,
        Credentials? credentials = null, EnvelopeRules? rules = null, ReadOnlySpan<byte> broadcast = default)
    {
        (Title, Suite, _secret, _accepted, _name) = (title, suite, secret, accepted, name);
        _authenticationKey = authenticationKey.ToArray();
        _global = new DlmsCipher(key, authenticationKey);
        _broadcast = broadcast.IsEmpty ? null : new DlmsCipher(broadcast, authenticationKey);
        (_credentials, _key) = (credentials ?? new Credentials(), key.ToArray());
        _envelopes = new HostEnvelopes(title, _key, _authenticationKey, _credentials, rules ?? EnvelopeRules.Standard);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Title { get; }

    /// <inheritdoc/>
    public byte Suite { get; }

    /// <inheritdoc/>
    public byte Required { get; init; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Certificate => _credentials.Certificate;

    /// <inheritdoc/>
    public string? TakeCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> clientTitle) => _credentials.Take(certificate, clientTitle.Span);

    /// <summary>The lowest counter of the client that is taken, as far as is known here; the store has the last word.</summary>
    public uint Expects { get; set; } = 1;

    /// <summary>How many counters may still be used; an answer takes one, an association three.</summary>
    public int CountersLeft => (int)(_end - _next);

    /// <summary>Gives counters that were reserved; what was left of the last ones is never used.</summary>
    public void Grant(uint first, int count) => (_next, _end) = (first, first + (uint)count);

    /// <inheritdoc/>
    public HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle)
    {
        if (!protectedApdu.IsEmpty && protectedApdu.Span[0] is (byte)ApduTag.GeneralCiphering or (byte)ApduTag.GeneralSigning)
        {
            return OpenEnvelope(protectedApdu, clientTitle);
        }

        var (form, dedicated, title, content) = Pdu.Read(protectedApdu, out _) switch
        {
            Ciphered one => (0, one.IsDedicated, clientTitle, one.Content),
            GeneralCiphered general => (1, general.IsDedicated, general.SystemTitle.IsEmpty ? clientTitle : general.SystemTitle, general.Content),
            _ => default,
        };
        if (content.IsEmpty || (dedicated ? _dedicated : (content.Span[0] & CipheredContent.Broadcast) != 0 ? _broadcast : _global) is not { } cipher || (content.Span[0] & CipheredContent.SuiteMask) != Suite)
        {
            return default;
        }

        var how = new HostProtection(form, dedicated, content.Span[0]);
        var counter = BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]);
        var broadcast = cipher == _broadcast;
        var expected = dedicated ? _dedicatedExpects : broadcast ? 0 : Expects;
        if (counter < expected)
        {
            return new HostOpened(default, how, expected);
        }

        var plain = new byte[content.Length];
        if (cipher.Open(content.Span, title.Span, plain, out var length) is not null)
        {
            return new HostOpened(default, how, null);
        }

        if (broadcast)
        {
            var verdict = _accepted.Accept(_name with { Purpose = KeyPurpose.Gbek }, counter, BinaryPrimitives.ReadUInt64BigEndian(content.Span[^8..]));
            return new HostOpened(verdict == CounterVerdict.Fresh ? plain.AsMemory(0, length) : default, how, null);
        }

        if (Take(dedicated, counter, content.Span) is { } refused)
        {
            return new HostOpened(default, how, refused);
        }

        return length > 0 && plain[0] == (byte)ApduTag.GeneralSigning
            ? _envelopes.Open(Pdu.Read(plain.AsMemory(0, length), out _)!, clientTitle) is { Plain.IsEmpty: false } signed ? new HostOpened(signed.Plain, how with { IsSigned = true, Transaction = signed.Protection.Transaction }, null) : new HostOpened(default, how, null)
            : new HostOpened(plain.AsMemory(0, length), how, null);
    }

    private HostOpened OpenEnvelope(ReadOnlyMemory<byte> octets, ReadOnlyMemory<byte> clientTitle)
    {
        if (Pdu.Read(octets, out _) is not { } pdu || (pdu is GeneralCiphering { Content.IsEmpty: false } ciphering && (ciphering.Content.Span[0] & CipheredContent.SuiteMask) != Suite)
            || _envelopes.Open(pdu, clientTitle) is not { Plain.IsEmpty: false } opened)
        {
            return default;
        }

        var name = opened.IsCounted ? _name : _name with { KeyId = TransactionIds };
        var verdict = _accepted.Accept(name, opened.Counter, BinaryPrimitives.ReadUInt64BigEndian(octets.Span[^8..]));
        Expects = opened.IsCounted ? Math.Max(Expects, opened.Counter + 1) : Expects;
        return verdict == CounterVerdict.Fresh ? new HostOpened(opened.Plain, opened.Protection, null) : new HostOpened(default, opened.Protection, opened.IsCounted ? Expects : null);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No counter was granted.</exception>
    public byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like)
    {
        plain = _envelopes.Sign(plain, like);
        if (like.Form >= 2)
        {
            return like.Form == HostProtection.SignedAlone ? plain.ToArray() : _envelopes.Seal(plain, like, like.Form == 1 + (int)GeneralKey.Identified ? TakeCounter() : 0);
        }

        var dedicated = like.IsDedicated && _dedicated is not null;
        var tag = Ciphered.TagOf(plain.Span[0], dedicated);
        var length = plain.Length + DlmsCipher.Overhead(like.Control);
        var isGeneral = like.Form == 1 || tag is null;
        var head = 1 + (isGeneral ? 1 + Title.Length : 0) + AXdrWriter.LengthOf(length);
        var octets = new byte[head + length];
        octets[0] = isGeneral ? (byte)(dedicated ? ApduTag.GeneralDed : ApduTag.GeneralGlo) : tag!.Value;
        if (isGeneral)
        {
            octets[1] = (byte)Title.Length;
            Title.Span.CopyTo(octets.AsSpan(2));
        }

        AXdrWriter.WriteLength(octets.AsSpan(head - AXdrWriter.LengthOf(length)), length);
        (dedicated ? _dedicated! : _global).Protect(like.Control, Title.Span, dedicated ? _dedicatedNext++ : TakeCounter(), plain.Span, octets.AsSpan(head));
        return octets;
    }

    /// <inheritdoc/>
    public byte[] Challenge(int length) => Challenges.Make(length);

    /// <inheritdoc/>
    public bool IsProof(int mechanism, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        var facts = new HlsFacts(clientTitle, Title, serverChallenge, clientChallenge);
        if ((AuthenticationMechanism)mechanism == AuthenticationMechanism.Ecdsa)
        {
            using var key = KeyAgreement.Verifier(_credentials.TheirSigning.Span);
            return key is not null && HlsValue.IsSignature(key, value.Span, facts);
        }

        if ((AuthenticationMechanism)mechanism != AuthenticationMechanism.Gmac)
        {
            return HlsValue.Of((AuthenticationMechanism)mechanism, _secret.Span, facts) is { } expected && HlsValue.AreEqual(expected, value.Span);
        }

        // The proof was made before the APDU around it: its counter may be lower than that one's. The challenge keeps it from being an old one.
        return HlsValue.IsGmac(_global, value.Span, facts) && BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]) is var counter && counter >= _expectedBefore
            && (counter < Expects || Take(dedicated: false, counter, value.Span) is null);
    }

    /// <inheritdoc/>
    public byte[] Prove(int mechanism, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        var facts = new HlsFacts(Title, clientTitle, clientChallenge, serverChallenge);
        return (AuthenticationMechanism)mechanism == AuthenticationMechanism.Gmac
            ? HlsValue.Gmac(_global, Suite, TakeCounter(), facts)
            : (AuthenticationMechanism)mechanism == AuthenticationMechanism.Ecdsa ? _credentials.Signing is { } signing ? HlsValue.Signature(signing, facts) : []
            : HlsValue.Of((AuthenticationMechanism)mechanism, _secret.Span, facts) ?? [];
    }

    /// <inheritdoc/>
    public void UseDedicatedKey(ReadOnlyMemory<byte>? key)
    {
        _dedicated?.Dispose();
        _dedicated = key is { Length: 16 or 32 } given ? new DlmsCipher(given.Span, _authenticationKey) : null;
        (_dedicatedNext, _dedicatedExpects) = (1, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _global.Dispose();
        _dedicated?.Dispose();
        _broadcast?.Dispose();
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_authenticationKey);
    }

    private uint TakeCounter() => _next == _end ? throw new InvalidOperationException("no invocation counter was granted") : _next++;

    /// <summary>Remembers a counter whose APDU was authenticated; gives the one that is expected where it is an old one.</summary>
    private uint? Take(bool dedicated, uint counter, ReadOnlySpan<byte> content)
    {
        if ((content[0] & CipheredContent.Authenticated) == 0)
        {
            return null; // nobody vouches for it: neither believed nor remembered
        }

        if (dedicated)
        {
            _dedicatedExpects = counter + 1;
            return null;
        }

        var verdict = _accepted.Accept(_name, counter, BinaryPrimitives.ReadUInt64BigEndian(content[^8..]));
        (_expectedBefore, Expects) = (Expects, counter + 1);
        return verdict == CounterVerdict.Fresh ? null : Expects;
    }
}
