using System.Buffers.Binary;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;
using Simulation.Dlms;

namespace Simulation.HeadEnd.Door;

/// <summary>A client's side of ciphering, with the simulation's own cipher: everything authenticated and encrypted, under a counter that only goes up.</summary>
/// <param name="title">System title of the head-end.</param>
/// <param name="first">The counter it uses first: one more than the other side took last.</param>
internal sealed class DoorCipher(ClientKeys keys, byte[] title, uint first)
{
    private const byte AuthenticatedAndEncrypted = 0x30, Authenticated = 0x10, Services = 0xC0;
    private const int Global = 0x08, GlobalInitiate = 0x20, HeadSize = 5;
    private readonly GlobalCipher _cipher = new(keys.Suite);
    private uint _next = first;
    private uint? _heard;

    /// <summary>System title of the other side; told when it associates.</summary>
    internal byte[] Theirs { get; set; } = [];

    /// <summary>An APDU as it goes out.</summary>
    internal byte[] Protect(Pdu plain)
    {
        var octets = plain.ToOctets();
        var (control, counter) = ((byte)(AuthenticatedAndEncrypted | keys.Suite), Counter());
        byte[] content = [control, .. counter, .. _cipher.Encipher(keys.Encryption, keys.Authentication, control, title, counter, octets)];
        return [(byte)(octets[0] + (octets[0] >= Services ? Global : GlobalInitiate)), .. Length(content.Length), .. content];
    }

    /// <summary>What stands in a ciphered APDU.</summary>
    /// <exception cref="DoorException">It is none, is under another key, or comes a second time.</exception>
    internal Pdu Open(byte[] apdu)
    {
        var content = Pdu.Read(apdu, out _) switch
        {
            Ciphered { IsDedicated: false } one => one.Content.Span,
            GeneralCiphered { IsDedicated: false } general => general.Content.Span,
            ExceptionResponse exception => throw new DoorException($"exception-response {exception.State:X2} {exception.Service:X2}", isRefusal: true),
            var other => throw new DoorException($"{other?.Name ?? "rubbish"} in clear", isRefusal: false),
        };
        var counter = BinaryPrimitives.ReadUInt32BigEndian(content[1..]);
        if ((content[0] & AuthenticatedAndEncrypted) != AuthenticatedAndEncrypted || counter <= _heard)
        {
            throw new DoorException($"an answer under security control {content[0]:X2} and counter {counter} after {_heard}", isRefusal: false);
        }

        _heard = counter;
        var plain = _cipher.Decipher(keys.Encryption, keys.Authentication, content[0], Theirs, content[1..HeadSize], content[HeadSize..]) ?? throw new DoorException("an answer that the key does not open", isRefusal: false);
        return Pdu.Read(plain, out var fault) ?? throw new DoorException($"an answer that cannot be read: {fault}", isRefusal: false);
    }

    /// <summary>What proves us: <c>SC | counter | tag over their challenge</c>.</summary>
    internal byte[] Prove(ReadOnlySpan<byte> challenge)
    {
        var (control, counter) = ((byte)(Authenticated | keys.Suite), Counter());
        return [control, .. counter, .. _cipher.Authenticate(keys.Encryption, keys.Authentication, control, title, counter, challenge)];
    }

    /// <summary>Their proof over our challenge holds.</summary>
    internal bool IsProof(ReadOnlySpan<byte> value, ReadOnlySpan<byte> challenge) => value.Length == HeadSize + 12 && CryptographicOperations.FixedTimeEquals(
        value[HeadSize..], _cipher.Authenticate(keys.Encryption, keys.Authentication, value[0], Theirs, value[1..HeadSize], challenge));

    private byte[] Counter()
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, _next++);
        return counter;
    }

    /// <summary>A length as BER writes it.</summary>
    internal static byte[] Length(int length) => length < 0x80 ? [(byte)length] : length < 0x100 ? [0x81, (byte)length] : [0x82, (byte)(length >> 8), (byte)length];
}
