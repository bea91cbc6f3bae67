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

    private readonly AssociationSettings _settings;
    private readonly ReadOnlyMemory<byte> _title;
    private readonly byte[] _authenticationKey;
    private readonly ICounterStore _accepted;
    private readonly KeyName _name;
    private readonly DlmsCipher _global;
    private DlmsCipher? _dedicated;
    private uint _next, _end, _dedicatedNext, _dedicatedLast;

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
        _global = new DlmsCipher(key, authenticationKey);
    }

    /// <summary>Our system title.</summary>
    public ReadOnlyMemory<byte> Title => _title;

    /// <summary>The other side's system title, from its AARE.</summary>
    public ReadOnlyMemory<byte> ServerTitle { get; internal set; }

    /// <summary>How many counters may still be used.</summary>
    public int CountersLeft => (int)(_end - _next);

    /// <summary>The last counter used; 0 for none.</summary>
    public uint LastUsed { get; private set; }

    /// <summary>The last counter the other side used that was authenticated; null for none.</summary>
    public uint? LastReceived { get; private set; }

    /// <summary>Gives counters that were reserved; what was left of the last ones is never used.</summary>
    public void Grant(uint first, int count) => (_next, _end) = (first, first + (uint)count);

    /// <summary>Makes a key for this association alone.</summary>
    internal byte[] MakeDedicatedKey()
    {
        var key = RandomNumberGenerator.GetBytes(_settings.Suite == 2 ? 32 : 16);
        _dedicated?.Dispose();
        _dedicated = new DlmsCipher(key, _authenticationKey);
        (_dedicatedNext, _dedicatedLast) = (1, 0);
        return key;
    }

    /// <summary>Protects an APDU under the global key, or under the dedicated one.</summary>
    /// <exception cref="InvalidOperationException">No counter was granted.</exception>
    internal Pdu Protect(Pdu plain, bool dedicated)
    {
        var octets = plain.ToOctets();
        var cipher = dedicated && _dedicated is not null ? _dedicated : _global;
        var control = (byte)(_settings.Protection | _settings.Suite);
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
        if (content.IsEmpty || (dedicated && _dedicated is null))
        {
            return $"{protectedPdu.Name} is ciphered in a way this association has not: another system title, or a dedicated key that was never given";
        }

        var control = content.Span[0];
        if ((control & _settings.Protection) != _settings.Protection || (control & CipheredContent.SuiteMask) != _settings.Suite)
        {
            return $"{protectedPdu.Name} has security control {control:X2}, weaker or of another suite than {_settings.Protection | _settings.Suite:X2}";
        }

        var octets = new byte[content.Length];
        if ((dedicated ? _dedicated! : _global).Open(content.Span, ServerTitle.Span, octets, out var length) is { } fault)
        {
            return fault;
        }

        if (length == 0 || (protectedPdu is Ciphered { Tag: var tag } && Ciphered.Plain(tag)!.Value.Tag != octets[0]))
        {
            return $"{protectedPdu.Name} holds another service than its tag says";
        }

        var counter = BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]);
        switch (Judge(dedicated, counter, control, content.Span))
        {
            case CounterVerdict.Replayed:
                return $"invocation counter {counter} was used before: a replay, or a meter that lost its counter";
            case CounterVerdict.Duplicate:
                return null;
            default:
                plain = octets.AsMemory(0, length);
                LastReceived = dedicated ? LastReceived : counter;
                return null;
        }
    }

    /// <summary>Our proof of mechanism 5.</summary>
    internal byte[] Prove(in HlsFacts facts) => HlsValue.Gmac(_global, _settings.Suite, TakeCounter(), facts);

    /// <summary>Whether the other side's value of mechanism 5 is a proof.</summary>
    internal bool IsProof(ReadOnlySpan<byte> value, in HlsFacts theirs) => HlsValue.IsGmac(_global, value, theirs);

    /// <inheritdoc/>
    public void Dispose()
    {
        _global.Dispose();
        _dedicated?.Dispose();
        CryptographicOperations.ZeroMemory(_authenticationKey);
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
