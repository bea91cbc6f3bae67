namespace Protocols.MBus;

/// <summary>
/// What the layers of one telegram say, as offsets into its octets; filled by <see cref="LayerReader"/> from the outside in, while each decrypted layer shows the next.
/// </summary>
public struct TelegramLayers
{
    /// <summary>Read from a wired frame.</summary>
    public bool Wired { get; internal set; }

    /// <summary>C field.</summary>
    public byte Control { get; internal set; }

    /// <summary>Address of the link layer.</summary>
    public DeviceAddress Link { get; internal set; }

    /// <summary>The meter: address of the long transport header, else of the link.</summary>
    public DeviceAddress Meter { get; internal set; }

    /// <summary>CI of the extended link layer (8C to 8F), 0 where there is none.</summary>
    public byte Ell { get; internal set; }

    /// <summary>Communication control of the extended link layer.</summary>
    public byte EllControl { get; internal set; }

    /// <summary>Session number field of the extended link layer (session, time, encryption).</summary>
    public uint EllSession { get; internal set; }

    /// <summary>Session number with its minutes (29 bits): grows from telegram to telegram.</summary>
    public readonly uint SessionNumber => EllSession & 0x1FFF_FFFF;

    /// <summary>Where the payload CRC of the extended link layer stands; 0 where there is none.</summary>
    public int EllPayload { get; internal set; }

    /// <summary>True where the extended link layer is encrypted with AES-CTR.</summary>
    public readonly bool EllEncrypted => EllPayload != 0 && EllSession >> 29 == 1;

    /// <summary>Where the authentication and fragmentation layer stands (its CI, 90); 0 where there is none.</summary>
    public int Afl { get; internal set; }

    /// <summary>Fragmentation control of the AFL.</summary>
    public ushort AflControl { get; internal set; }

    /// <summary>Message control of the AFL.</summary>
    public byte AflMessageControl { get; internal set; }

    /// <summary>Message counter of the AFL; null where it is not there.</summary>
    public uint? Counter { get; internal set; }

    /// <summary>Where the MAC stands and how long it is; 0 where there is none.</summary>
    public int MacAt { get; internal set; }

    /// <summary>Octets of the MAC.</summary>
    public int MacLength { get; internal set; }

    /// <summary>Where the message length of the AFL stands; 0 where it is not there.</summary>
    public int MessageLengthAt { get; internal set; }

    /// <summary>Where the transport layer's CI stands.</summary>
    public int Transport { get; internal set; }

    /// <summary>Which header it has.</summary>
    public TransportHeader Header { get; internal set; }

    /// <summary>Access number; of the extended link layer where the transport layer has none.</summary>
    public byte Access { get; internal set; }

    /// <summary>Status octet.</summary>
    public byte Status { get; internal set; }

    /// <summary>Configuration field.</summary>
    public ushort Configuration { get; internal set; }

    /// <summary>Key id that the telegram names, 0 where it names none.</summary>
    public uint KeyId { get; internal set; }

    /// <summary>Key derivation that mode 7 names: 0 the key itself, 1 KDF-A.</summary>
    public byte KeyDerivation { get; internal set; }

    /// <summary>Where the octets behind the transport header begin: encrypted ones first.</summary>
    public int Payload { get; internal set; }

    /// <summary>Security mode of the configuration field (bits 8 to 12); 0 on the wire for FFFF, which old meters send there for "no signature".</summary>
    public readonly int Mode => Header == TransportHeader.None || (Wired && Configuration == 0xFFFF) ? 0 : (Configuration >> 8) & 0x1F;

    /// <summary>Encrypted blocks of 16 octets that the configuration field counts (modes 5 and 7).</summary>
    public readonly int Blocks => (Configuration >> 4) & 0x0F;
}
