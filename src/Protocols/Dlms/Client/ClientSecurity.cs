using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Client;

/// <summary>
/// The ciphering of one client's association: its keys, the counters it may still use, and the judgement over the counters it receives (IEC 62056-5-3 clause 9).
/// Counters are granted from outside, where they were reserved durably; without one nothing is protected.
/// </summary>
public sealed class ClientSecurity : IDisposable
{
    /// <summary>Below this the owner had better grant more: an association and a question take three.</summary>
    public const int FewCounters = 8;

    private static readonly Credentials None = new();
    private readonly AssociationSettings _settings;
    private readonly ReadOnlyMemory<byte> _title;
    private readonly byte[] _authenticationKey;
    private readonly ICounterStore _accepted;
    private readonly KeyName _name;
    private readonly DlmsCipher _global;
    private readonly byte[] _key;
    private DlmsCipher? _dedicated, _afterwards;
    private byte[] _transaction = [];
    private GeneralSigning? _unwrapped;
    private bool _opensInitiate;
    private uint _next, _end, _dedicatedNext;
    private long _dedicatedLast = -1; // a first counter of 0 is a counter

    /// <summary>Takes the keys of one meter and client.</summary>
    /// <param name="title">Our system title, 8 octets.</param>
    /// <param name="key">Global unicast encryption key.</param>
    /// <param name="authenticationKey">Authentication key.</param>
    /// <param name="accepted">Judges the counters of the other side.</param>
    /// <param name="name">Under which name it keeps them.</param>
    public ClientSecurity(AssociationSettings settings, ReadOnlyMemory<byte> title, ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ICounterStore accepted, KeyName name)
    {
        _settings = settings;
        _title = title;
        _authenticationKey = authenticationKey.ToArray();
        _accepted = accepted;
        _name = name;
        _key = settings.GeneralKey == GeneralKey.Identified ? key.ToArray() : [];
        _global = new DlmsCipher(key, authenticationKey);
    }

    /// <summary>Private keys, certificates, and what is known of the other side's; null where global keys are all there is.</summary>
    public Credentials? Credentials { get; init; }

    /// <summary>Our system title.</summary>
    public ReadOnlyMemory<byte> Title => _title;

    /// <summary>The other side's system title, from its AARE; given where a pre-established association has none.</summary>
    public ReadOnlyMemory<byte> ServerTitle { get; set; }

    /// <summary>How many counters may still be used.</summary>
    public int CountersLeft => (int)(_end - _next);

    /// <summary>The counter that would be used next.</summary>
    public uint NextCounter => _next;

    /// <summary>The last counter used; 0 for none.</summary>
    public uint LastUsed { get; private set; }

    /// <summary>Half of the key's counters are used: it should be changed.</summary>
    public bool NeedsNewKey => LastUsed >= CounterHint.RotateFrom;

    /// <summary>The last counter the other side used that was authenticated; null for none.</summary>
    public uint? LastReceived { get; private set; }

    /// <summary>Gives counters that were reserved; what was left of the last ones is never used. The very last counter of a key, FFFFFFFF, is never used either: after it they would begin anew.</summary>
    public void Grant(uint first, int count) => (_next, _end) = (first, (uint)Math.Min(uint.MaxValue, first + (ulong)count));

    /// <summary>The other side answered under the keys of <see cref="Expect"/>.</summary>
    public bool IsNewKeyInUse { get; private set; }

    /// <summary>New keys are on their way to the meter: its answer may be under the old ones or already under these. What comes after is for an association of its own.</summary>
    public void Expect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey)
    {
        _afterwards?.Dispose();
        (_afterwards, IsNewKeyInUse) = (new DlmsCipher(key, authenticationKey), false);
    }

    /// <summary>Makes a key for this association alone.</summary>
    internal byte[] MakeDedicatedKey()
    {
        var key = RandomNumberGenerator.GetBytes(_settings.Suite == 2 ? 32 : 16);
        _dedicated?.Dispose();
        _dedicated = new DlmsCipher(key, _authenticationKey);
        (_dedicatedNext, _dedicatedLast) = (1, -1);
        return key;
    }

    /// <summary>Protects an APDU under the global key, or under the dedicated one.</summary>
    /// <exception cref="InvalidOperationException">No counter was granted.</exception>
    internal Pdu Protect(Pdu plain, bool dedicated)
    {
        var octets = plain.ToOctets();
        if (_settings.GeneralKey != GeneralKey.None || _settings.IsSigned)
        {
            return ProtectGenerally(octets, out octets) ?? Encipher(octets, dedicated);
        }

        return Encipher(octets, dedicated);
    }

    /// <summary>Protects the initiate request or its like: always under the global key, for the keys of general forms are told or agreed later.</summary>
    internal Pdu ProtectInitiate(Pdu plain) => Encipher(plain.ToOctets(), dedicated: false);

    private Pdu Encipher(byte[] octets, bool dedicated)
    {
        var cipher = dedicated && _dedicated is not null ? _dedicated : _global;
        var control = (byte)(_settings.Protection | _settings.Suite | (_settings.IsBroadcast ? CipheredContent.Broadcast : 0));
        var content = new byte[octets.Length + DlmsCipher.Overhead(control)];
        cipher.Protect(control, _title.Span, cipher == _global ? TakeCounter() : _dedicatedNext++, octets, content);
        return Ciphered.TagOf(octets[0], cipher == _dedicated) is { } tag && !_settings.IsGeneral
            ? new Ciphered(tag, cipher == _dedicated, content)
            : new GeneralCiphered(cipher == _dedicated, _title, content);
    }

    /// <summary>Opens an APDU of the other side. The sentence is null where it was opened; a copy of an earlier one gives empty octets.</summary>
    internal string? Open(Pdu protectedPdu, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        var (content, dedicated) = protectedPdu switch
        {
            Ciphered ciphered => (ciphered.Content, ciphered.IsDedicated),
            GeneralCiphered general when general.SystemTitle.IsEmpty || general.SystemTitle.Span.SequenceEqual(ServerTitle.Span) => (general.Content, general.IsDedicated),
            GeneralCiphered => (default, false),
            _ => (default, false),
        };
        if (protectedPdu is GeneralCiphering or GeneralSigning)
        {
            return OpenGenerally(protectedPdu, out plain);
        }

        if (content.IsEmpty || (dedicated && _dedicated is null))
        {
            return $"{protectedPdu.Name} is ciphered in a way this association has not: another system title, or a dedicated key that was never given";
        }

        var control = content.Span[0];
        if ((control & _settings.Protection) != _settings.Protection || (control & CipheredContent.SuiteMask) != _settings.Suite)
        {
            return $"{protectedPdu.Name} has security control {control:X2}, weaker or of another suite than {_settings.Protection | _settings.Suite:X2}";
        }

        if (_settings.GeneralKey != GeneralKey.None && !_opensInitiate)
        {
            return $"{protectedPdu.Name} came where general-ciphering was agreed on";
        }

        var octets = new byte[content.Length];
        var isNewKey = false;
        if ((dedicated ? _dedicated! : _global).Open(content.Span, ServerTitle.Span, octets, out var length) is { } fault)
        {
            isNewKey = !dedicated && _afterwards?.Open(content.Span, ServerTitle.Span, octets, out length) is null && _afterwards is not null;
            if (!isNewKey)
            {
                return fault;
            }

            IsNewKeyInUse = true;
        }

        if (length == 0 || (protectedPdu is Ciphered { Tag: var tag } && Ciphered.Plain(tag)!.Value.Tag != octets[0]))
        {
            return $"{protectedPdu.Name} holds another service than its tag says";
        }

        var counter = BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]);
        switch (isNewKey ? CounterVerdict.Fresh : Judge(dedicated, counter, control, content.Span))
        {
            case CounterVerdict.Replayed:
                return $"invocation counter {counter} was used before: a replay, or a meter that lost its counter";
            case CounterVerdict.Duplicate:
                return null;
            default:
                plain = octets.AsMemory(0, length);
                if (octets[0] == (byte)ApduTag.GeneralSigning && Pdu.Read(plain, out _) is GeneralSigning signed)
                {
                    _unwrapped = signed;
                    return OpenGenerally(signed, out plain);
                }

                if (_settings.IsSigned && !_opensInitiate)
                {
                    plain = default;
                    return $"{protectedPdu.Name} is not signed, and it must be";
                }

                LastReceived = dedicated || (control & CipheredContent.Authenticated) == 0 ? LastReceived : counter;
                return null;
        }
    }

    /// <summary>Opens the initiate response, which is under the global key whatever the services are under.</summary>
    internal string? OpenInitiate(Pdu protectedPdu, out ReadOnlyMemory<byte> plain)
    {
        _opensInitiate = true;
        try
        {
            return Open(protectedPdu, out plain);
        }
        finally
        {
            _opensInitiate = false;
        }
    }

    /// <summary>Our proof of mechanism 5 or 7; null where the key for it is missing.</summary>
    internal byte[]? Prove(AuthenticationMechanism mechanism, in HlsFacts facts) => mechanism == AuthenticationMechanism.Gmac
        ? HlsValue.Gmac(_global, _settings.Suite, TakeCounter(), facts)
        : Credentials?.Signing is { } key ? HlsValue.Signature(key, facts) : null;

    /// <summary>Whether the other side's value of mechanism 5 or 7 is a proof.</summary>
    internal bool IsProof(AuthenticationMechanism mechanism, ReadOnlySpan<byte> value, in HlsFacts theirs)
    {
        if (mechanism == AuthenticationMechanism.Gmac)
        {
            return HlsValue.IsGmac(_global, value, theirs);
        }

        using var key = Credentials is null ? null : KeyAgreement.Verifier(Credentials.TheirSigning.Span);
        return key is not null && HlsValue.IsSignature(key, value, theirs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _global.Dispose();
        _dedicated?.Dispose();
        _afterwards?.Dispose();
        CryptographicOperations.ZeroMemory(_authenticationKey);
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>Signs, and enciphers under a key told in general-ciphering. Null where the forms of the global keys go around what was signed.</summary>
    private Pdu? ProtectGenerally(byte[] octets, out byte[] inner)
    {
        var isCounted = _settings.GeneralKey == GeneralKey.Identified;
        var counter = TakeCounter(); // the counter, or where the key is a fresh one the transaction id that keeps it fresh
        _transaction = new byte[CipheredContent.TitleSize];
        BinaryPrimitives.WriteUInt32BigEndian(_transaction.AsSpan(4), counter);
        var header = new GeneralHeader(_transaction, _title, ServerTitle, default, default);
        inner = octets;
        if (_settings.IsSigned)
        {
            var signed = GeneralEnvelope.Sign(Credentials?.Signing ?? throw new InvalidOperationException("signing wants a private key, and there is none"), header, octets);
            if (_settings.Protection == 0)
            {
                return signed;
            }

            inner = signed.ToOctets();
        }

        if (_settings.GeneralKey == GeneralKey.None)
        {
            return null;
        }

        var control = (byte)(_settings.Protection | _settings.Suite | (_settings.IsBroadcast ? CipheredContent.Broadcast : 0));
        return GeneralEnvelope.Seal(
            _settings.GeneralKey, control, isCounted ? counter : 0, header, inner, _key, _authenticationKey, Credentials ?? None, _settings.Rules, out var fault)
            ?? throw new InvalidOperationException(fault);
    }

    private string? OpenGenerally(Pdu protectedPdu, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        var (pdu, wasCiphered) = (protectedPdu, false);
        if (pdu is GeneralCiphering ciphering)
        {
            var control = ciphering.Content.IsEmpty ? (byte)0 : ciphering.Content.Span[0];
            if ((control & _settings.Protection) != _settings.Protection || (control & CipheredContent.SuiteMask) != _settings.Suite)
            {
                return $"{pdu.Name} has security control {control:X2}, weaker or of another suite than {_settings.Protection | _settings.Suite:X2}";
            }

            if (GeneralEnvelope.Open(ciphering, _key, _authenticationKey, Credentials ?? None, _settings.Rules, out var octets, out var way) is { } sealing)
            {
                return sealing;
            }

            if ((_settings.Rules.IsHeaderInside ? null : Stranger(ciphering.Header)) is { } stranger)
            {
                return stranger;
            }

            if (way == GeneralKey.Identified && (control & CipheredContent.Authenticated) != 0)
            {
                var counter = BinaryPrimitives.ReadUInt32BigEndian(ciphering.Content.Span[1..]);
                switch (_accepted.Accept(_name, counter, BinaryPrimitives.ReadUInt64BigEndian(ciphering.Content.Span[^8..])))
                {
                    case CounterVerdict.Replayed:
                        return $"invocation counter {counter} was used before: a replay, or a meter that lost its counter";
                    case CounterVerdict.Duplicate:
                        return null;
                }

                LastReceived = counter;
            }

            (wasCiphered, plain) = (true, octets);
            if (octets.Length == 0 || octets[0] != (byte)ApduTag.GeneralSigning)
            {
                return _settings.IsSigned ? Unsigned(out plain) : null;
            }

            pdu = Pdu.Read(octets, out var unreadable)!;
            if (pdu is null)
            {
                return $"the signed APDU inside cannot be read: {unreadable}";
            }
        }

        var signed = (GeneralSigning)pdu;
        plain = default;
        if (!wasCiphered && protectedPdu is GeneralSigning && _settings.Protection != 0 && !ReferenceEquals(signed, _unwrapped))
        {
            return $"{protectedPdu.Name} is not ciphered, and it must be";
        }

        if ((GeneralEnvelope.Verify(signed, Credentials is null ? default : Credentials.TheirSigning.Span) ?? Stranger(signed.Header)) is { } fault)
        {
            return fault;
        }

        plain = signed.Content;
        return null;
    }

    /// <summary>The other side answers the transaction we began, and speaks to us.</summary>
    private string? Stranger(in GeneralHeader header) =>
        !header.Originator.Span.SequenceEqual(ServerTitle.Span) ? $"it comes from {Convert.ToHexString(header.Originator.Span)}, not from the meter we speak with"
        : !header.Recipient.IsEmpty && !header.Recipient.Span.SequenceEqual(_title.Span) ? $"it is for {Convert.ToHexString(header.Recipient.Span)}, not for us"
        : !header.Transaction.Span.SequenceEqual(_transaction) ? $"it belongs to transaction {Convert.ToHexString(header.Transaction.Span)}, not to ours: a replay, or late" : null;

    private static string Unsigned(out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        return "the answer is not signed, and it must be";
    }

    private uint TakeCounter() => _next == _end ? throw new InvalidOperationException("no invocation counter was granted") : LastUsed = _next++;

    /// <summary>The end of the content is its tag, or its cipher text: as good a name for the message as a hash.</summary>
    private CounterVerdict Judge(bool dedicated, uint counter, byte control, ReadOnlySpan<byte> content)
    {
        if ((control & CipheredContent.Authenticated) == 0)
        {
            return CounterVerdict.Fresh; // nobody vouches for it: neither believed nor remembered
        }

        if (!dedicated)
        {
            return _accepted.Accept(_name, counter, BinaryPrimitives.ReadUInt64BigEndian(content[^8..]));
        }

        var verdict = counter > _dedicatedLast ? CounterVerdict.Fresh : counter == _dedicatedLast ? CounterVerdict.Duplicate : CounterVerdict.Replayed;
        _dedicatedLast = Math.Max(_dedicatedLast, counter);
        return verdict;
    }
}
