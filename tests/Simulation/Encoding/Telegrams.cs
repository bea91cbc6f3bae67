using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Simulation.Encoding;

/// <summary>Address of a simulated meter.</summary>
/// <param name="Manufacturer">Three letters.</param>
/// <param name="Number">Eight BCD digits.</param>
/// <param name="Version">Version octet.</param>
/// <param name="Type">Device type octet.</param>
public sealed record MeterAddress(string Manufacturer, uint Number, byte Version, byte Type)
{
    /// <summary>The identity as a head-end sees it.</summary>
    public string Id => $"{Manufacturer}-{Number:D8}-{Version:X2}-{Type:X2}";

    /// <summary>M and A fields in wire order.</summary>
    public byte[] LinkOctets()
    {
        var octets = new byte[8];
        var m = ((Manufacturer[0] - 64) << 10) | ((Manufacturer[1] - 64) << 5) | (Manufacturer[2] - 64);
        octets[0] = (byte)m;
        octets[1] = (byte)(m >> 8);
        var digits = Number;
        for (var i = 2; i < 6; i++)
        {
            octets[i] = (byte)((digits % 10) | (digits / 10 % 10 << 4));
            digits /= 100;
        }

        octets[6] = Version;
        octets[7] = Type;
        return octets;
    }
}

/// <summary>Builds bare wM-Bus telegrams (from the L field, no link CRCs) of the security modes meters use; written from the document, shared with nothing.</summary>
public static class Telegrams
{
    /// <summary>Short header, mode 0.</summary>
    public static byte[] Clear(MeterAddress meter, byte access, byte status, byte[] records) =>
        WithLength([0x44, .. meter.LinkOctets(), 0x7A, access, status, 0x00, 0x00, .. records]);

    /// <summary>Short header, mode 5: AES-CBC, initial vector M A and eight times the access number.</summary>
    public static byte[] Mode5(MeterAddress meter, byte access, byte status, byte[] records, byte[] key, PlantedBug bug = PlantedBug.None)
    {
        var plain = Padded(records);
        byte[] initial = [.. meter.LinkOctets(), access, access, access, access, access, access, access, access];
        if (bug == PlantedBug.InitialVectorOrder)
        {
            Array.Reverse(initial);
        }

        using var aes = Aes.Create();
        aes.Key = key;
        var cipher = aes.EncryptCbc(plain, initial, PaddingMode.None);
        return WithLength([0x44, .. meter.LinkOctets(), 0x7A, access, status, (byte)(plain.Length / 16 << 4), 0x05, .. cipher]);
    }

    /// <summary>OMS profile B: ELL I, AFL with counter and CMAC of 8 octets, short header, mode 7 with KDF-A.</summary>
    public static byte[] Mode7(MeterAddress meter, byte access, byte status, uint counter, byte[] records, byte[] key, PlantedBug bug = PlantedBug.None)
    {
        var link = meter.LinkOctets();
        var number = link[2..6];
        var mcr = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(mcr, counter);
        byte[] Derive(byte purpose) => DeriveKey(key, purpose, mcr, number, bug);
        var plain = Padded(records);
        using var aes = Aes.Create();
        aes.Key = Derive(0x00);
        var cipher = aes.EncryptCbc(plain, new byte[16], PaddingMode.None);
        byte[] transport = [0x7A, access, status, (byte)(plain.Length / 16 << 4), 0x07, 0x10, .. cipher];
        const byte messageControl = 0x25; // CMAC of 8 octets, message counter present
        var mac = Cmac.Of(Derive(0x01), [messageControl, .. mcr, .. transport])[..8];
        return WithLength([0x44, .. link, 0x8C, 0x20, access, 0x90, 0x0F, 0x00, 0x2C, messageControl, .. mcr, .. mac, .. transport]);
    }

    /// <summary>ELL II with AES-CTR over payload CRC and application, no transport header.</summary>
    public static byte[] ExtendedLink(MeterAddress meter, byte access, uint session, byte[] records, byte[] key, PlantedBug bug = PlantedBug.None)
    {
        byte[] application = [0x78, .. records];
        var crc = LinkCrc.Of(application, bug == PlantedBug.CrcPolynomial ? 0x1021 : LinkCrc.Polynomial);
        byte[] payload = [(byte)crc, (byte)(crc >> 8), .. application];
        const byte control = 0x20;
        var sn = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sn, (session & 0x1FFFFFFF) | 0x2000_0000);
        ApplyCtr(payload, key, [.. meter.LinkOctets(), control, .. sn, 0, 0, 0]);
        return WithLength([0x44, .. meter.LinkOctets(), 0x8D, control, access, .. sn, .. payload]);
    }

    /// <summary>KDF-A of OMS volume 2: purpose 00 for encryption, 01 for the MAC.</summary>
    internal static byte[] DeriveKey(byte[] key, byte purpose, byte[] messageCounter, byte[] number, PlantedBug bug = PlantedBug.None) =>
        Cmac.Of(key, [purpose, .. messageCounter, .. number, .. Enumerable.Repeat(bug == PlantedBug.KeyDerivationConstant ? (byte)0x08 : (byte)0x07, 7)]);

    /// <summary>AES-CTR in place; the block counter is the last octet.</summary>
    internal static void ApplyCtr(Span<byte> payload, byte[] key, byte[] counter)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        for (var at = 0; at < payload.Length; at += 16)
        {
            var stream = aes.EncryptEcb(counter, PaddingMode.None);
            for (var i = 0; i < 16 && at + i < payload.Length; i++)
            {
                payload[at + i] ^= stream[i];
            }

            counter[15]++;
        }
    }

    private static byte[] Padded(byte[] records)
    {
        var length = (records.Length + 2 + 15) / 16 * 16;
        var plain = new byte[length];
        Array.Fill(plain, (byte)0x2F);
        records.CopyTo(plain, 2);
        return plain;
    }

    private static byte[] WithLength(byte[] fromControl) => [(byte)fromControl.Length, .. fromControl];
}
