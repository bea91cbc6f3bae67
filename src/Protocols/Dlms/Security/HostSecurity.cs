using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;

namespace Protocols.Dlms.Security;

/// <summary>
/// The ciphering of a host's association with one client, by the product's own cipher (IEC 62056-5-3 clause 9): mechanisms 2 to 6; 7 needs certificates, which it has not.
/// Counters to send are granted from outside, where they were reserved durably. Not thread-safe.
/// </summary>
public sealed class HostSecurity : IHostSecurity, IDisposable
{
    private readonly byte[] _authenticationKey;
    private readonly ReadOnlyMemory<byte> _secret;
    private readonly ICounterStore _accepted;
    private readonly KeyName _name;
    private readonly DlmsCipher _global;
    private DlmsCipher? _dedicated;
    private uint _next, _end, _dedicatedNext, _dedicatedExpects, _expectedBefore;

    /// <summary>Takes the keys of one client.</summary>
    /// <param name="title">System title of the host, 8 octets.</param>
    /// <param name="secret">Of mechanisms 2, 3, 4 and 6.</param>
    /// <param name="accepted">Judges the counters of the client.</param>
    /// <param name="name">Under which name it keeps them.</param>
    public HostSecurity(
        ReadOnlyMemory<byte> title, byte suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlyMemory<byte> secret, ICounterStore accepted, KeyName name)
    {
        (Title, Suite, _secret, _accepted, _name) = (title, suite, secret, accepted, name);
        _authenticationKey = authenticationKey.ToArray();
        _global = new DlmsCipher(key, authenticationKey);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Title { get; }

    /// <inheritdoc/>
    public byte Suite { get; }

    /// <summary>The lowest counter of the client that is taken, as far as is known here; the store has the last word.</summary>
    public uint Expects { get; set; } = 1;

    /// <summary>How many counters may still be used; an answer takes one, an association three.</summary>
    public int CountersLeft => (int)(_end - _next);

    /// <summary>Gives counters that were reserved; what was left of the last ones is never used.</summary>
    public void Grant(uint first, int count) => (_next, _end) = (first, first + (uint)count);

    /// <inheritdoc/>
    public HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle)
    {
        var (form, dedicated, title, content) = Pdu.Read(protectedApdu, out _) switch
        {
            Ciphered one => (0, one.IsDedicated, clientTitle, one.Content),
            GeneralCiphered general => (1, general.IsDedicated, general.SystemTitle.IsEmpty ? clientTitle : general.SystemTitle, general.Content),
            _ => default,
        };
        if (content.IsEmpty || (dedicated ? _dedicated : _global) is not { } cipher || (content.Span[0] & CipheredContent.SuiteMask) != Suite)
        {
            return default;
        }

        var how = new HostProtection(form, dedicated, content.Span[0]);
        var counter = BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]);
        var expected = dedicated ? _dedicatedExpects : Expects;
        if (counter < expected)
        {
            return new HostOpened(default, how, expected);
        }

        var plain = new byte[content.Length];
        if (cipher.Open(content.Span, title.Span, plain, out var length) is not null)
        {
            return new HostOpened(default, how, null);
        }

        return Take(dedicated, counter, content.Span) is { } refused ? new HostOpened(default, how, refused) : new HostOpened(plain.AsMemory(0, length), how, null);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No counter was granted.</exception>
    public byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like)
    {
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
            : HlsValue.Of((AuthenticationMechanism)mechanism, _secret.Span, facts) ?? [];
    }

    /// <inheritdoc/>
    public void UseDedicatedKey(ReadOnlyMemory<byte>? key)
    {
        _dedicated?.Dispose();
        _dedicated = key is { Length: 16 or 32 } given ? new DlmsCipher(given.Span, _authenticationKey) : null;
        (_dedicatedNext, _dedicatedExpects) = (1, 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _global.Dispose();
        _dedicated?.Dispose();
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
