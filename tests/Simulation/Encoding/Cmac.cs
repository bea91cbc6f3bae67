using System.Security.Cryptography;

namespace Simulation.Encoding;

/// <summary>AES-CMAC after RFC 4493, one allocation a step: clarity, not speed.</summary>
internal static class Cmac
{
    internal static byte[] Of(byte[] key, byte[] message)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var k1 = Shift(aes.EncryptEcb(new byte[16], PaddingMode.None));
        var k2 = Shift(k1);
        var blocks = Math.Max(1, (message.Length + 15) / 16);
        var padded = new byte[blocks * 16];
        message.CopyTo(padded, 0);
        var whole = message.Length > 0 && message.Length % 16 == 0;
        if (!whole)
        {
            padded[message.Length] = 0x80;
        }

        for (var i = 0; i < 16; i++)
        {
            padded[((blocks - 1) * 16) + i] ^= whole ? k1[i] : k2[i];
        }

        return aes.EncryptCbc(padded, new byte[16], PaddingMode.None)[^16..];
    }

    private static byte[] Shift(byte[] block)
    {
        var shifted = new byte[16];
        for (var i = 0; i < 16; i++)
        {
            shifted[i] = (byte)((block[i] << 1) | (i < 15 ? block[i + 1] >> 7 : 0));
        }

        if ((block[0] & 0x80) != 0)
        {
            shifted[15] ^= 0x87;
        }

        return shifted;
    }
}
