using System.Buffers.Binary;

namespace Protocols.MBus;

/// <summary>
/// Reads the layers of a bare telegram:
/// <code>
/// L C M M A A A A A A | [ELL 8C..8F] | [NWL 81] | [AFL 90] | CI [TPL header] application
/// </code>
/// (EN 13757-4 clause 12, EN 13757-7 clauses 5 to 7.) Each step says null, or why it cannot go on.
/// </summary>
internal static class LayerReader
{
    private const string BadAfl = "the fields of the authentication and fragmentation layer do not fill its length";

    /// <summary>Link layer.</summary>
    internal static string? ReadLink(ReadOnlySpan<byte> telegram, ref TelegramLayers layers)
    {
        if (telegram.Length < LinkFrame.HeaderLength + 1 || telegram[0] != telegram.Length - 1)
        {
            return telegram.IsEmpty ? "the telegram is empty" : $"L says {telegram[0]} octets, {telegram.Length - 1} are there";
        }

        layers.Control = telegram[1];
        layers.Link = DeviceAddress.FromLink(telegram[2..]);
        layers.Meter = layers.Link;
        layers.Transport = LinkFrame.HeaderLength;
        return null;
    }

    /// <summary>Extended link layer: where it is, and what it says before its encryption begins.</summary>
    internal static string? ReadExtendedLink(ReadOnlySpan<byte> telegram, ref TelegramLayers layers)
    {
        var at = layers.Transport;
        var ci = telegram[at];
        if (ci == 0x86)
        {
            return "extended link layer V (CI 86) is not decoded by this version";
        }

        if (ci is < 0x8C or > 0x8F)
        {
            return null;
        }

        var second = ci is 0x8E or 0x8F ? DeviceAddress.Size : 0;
        var session = ci is 0x8D or 0x8F ? 6 : 0;
        if (telegram.Length < at + 3 + second + session + 1)
        {
            return "the telegram ends inside the extended link layer";
        }

        layers.Ell = ci;
        layers.EllControl = telegram[at + 1];
        layers.Access = telegram[at + 2];
        at += 3 + second;
        if (session != 0)
        {
            layers.EllSession = BinaryPrimitives.ReadUInt32LittleEndian(telegram[at..]);
            layers.EllPayload = at + 4;
        }

        layers.Transport = at + session;
        return null;
    }

    /// <summary>Network layer (skipped), authentication and fragmentation layer.</summary>
    internal static string? ReadFragmentation(ReadOnlySpan<byte> telegram, ref TelegramLayers layers)
    {
        if (telegram[layers.Transport] == 0x81)
        {
            layers.Transport += 2; // only 81 1D was ever seen: one octet of network layer
        }

        if (telegram.Length <= layers.Transport)
        {
            return "the telegram ends before its CI field";
        }

        if (telegram[layers.Transport] != 0x90)
        {
            return null;
        }

        var afl = layers.Transport;
        if (telegram.Length < afl + 4 || telegram[afl + 1] < 2 || telegram.Length <= afl + 2 + telegram[afl + 1])
        {
            return "the telegram ends inside the authentication and fragmentation layer";
        }

        layers.Afl = afl;
        layers.AflControl = BinaryPrimitives.ReadUInt16LittleEndian(telegram[(afl + 2)..]);
        var end = afl + 2 + telegram[afl + 1];
        var at = afl + 4;
        var control = Field(layers.AflControl, 0x2000, 1, ref at);
        var key = Field(layers.AflControl, 0x0200, 2, ref at);
        var counter = Field(layers.AflControl, 0x0800, 4, ref at);
        if (at > end)
        {
            return BadAfl;
        }

        layers.AflMessageControl = control != 0 ? telegram[control] : (byte)0;
        layers.MacLength = control != 0 ? MacLengthOf(layers.AflMessageControl & 0x0F)
            : (layers.AflControl & 0x0400) != 0 ? end - at - ((layers.AflControl & 0x1000) != 0 ? 2 : 0) : 0; // the kind of MAC stands in the first fragment
        if (layers.MacLength is < 0 or > 16)
        {
            return BadAfl;
        }

        var mac = Field(layers.AflControl, 0x0400, layers.MacLength, ref at);
        var length = Field(layers.AflControl, 0x1000, 2, ref at);
        if (at != end)
        {
            return BadAfl;
        }

        layers.KeyId = key != 0 ? (uint)(telegram[key] & 0x0F) : 0;
        layers.Counter = counter != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(telegram[counter..]) : null;
        layers.MacAt = mac;
        layers.MessageLengthAt = length;
        layers.Transport = end;
        return null;
    }

    /// <summary>Transport layer header.</summary>
    internal static string? ReadTransport(ReadOnlySpan<byte> telegram, ref TelegramLayers layers)
    {
        var at = layers.Transport;
        layers.Header = CiField.Of(telegram[at]).Header;
        layers.Payload = at + 1;
        if (layers.Header == TransportHeader.None)
        {
            return null;
        }

        var size = layers.Header == TransportHeader.Long ? 12 : 4;
        if (telegram.Length < at + 1 + size)
        {
            return "the telegram ends inside the transport header";
        }

        if (layers.Header == TransportHeader.Long)
        {
            layers.Meter = DeviceAddress.FromLongHeader(telegram[(at + 1)..]);
        }

        var fields = telegram.Slice(at + 1 + size - 4, 4);
        layers.Access = fields[0];
        layers.Status = fields[1];
        layers.Configuration = BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]);
        layers.Payload = at + 1 + size;
        return layers.Mode == 7 ? ReadMode7(telegram, ref layers) : null;
    }

    /// <summary>Mode 7: one octet of extension (key id, KDF, key version follows), a message counter and a key version where they are flagged.</summary>
    private static string? ReadMode7(ReadOnlySpan<byte> telegram, ref TelegramLayers layers)
    {
        if (telegram.Length <= layers.Payload)
        {
            return "the telegram ends inside the configuration extension of mode 7";
        }

        var extension = telegram[layers.Payload++];
        layers.KeyId = layers.KeyId != 0 ? layers.KeyId : (uint)(extension & 0x0F);
        if ((layers.Configuration & 0x2000) != 0 && telegram.Length >= layers.Payload + 4)
        {
            layers.Counter ??= BinaryPrimitives.ReadUInt32LittleEndian(telegram[layers.Payload..]);
            layers.Payload += 4;
        }

        layers.Payload += (extension & 0x40) != 0 ? 1 : 0;
        layers.KeyDerivation = (byte)(extension >> 4 & 3);
        return layers.Payload > telegram.Length ? "the telegram ends inside the configuration extension of mode 7" : null;
    }

    /// <summary>Where a field stands; 0 where its flag is not set.</summary>
    private static int Field(int control, int flag, int size, ref int at)
    {
        if ((control & flag) == 0)
        {
            return 0;
        }

        at += size;
        return at - size;
    }

    private static int MacLengthOf(int type) => type switch { 3 => 2, 4 => 4, 5 => 8, 6 => 12, 7 => 16, 8 => 12, 9 => 16, _ => 0 };
}
