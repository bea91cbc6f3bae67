using System.Globalization;
using System.Text;
using Drivers.Dlms;
using Fuzz.Mutation;
using Metering;
using Protocols.Framing;
using Protocols.P1;

namespace Fuzz.Families;

/// <summary>Octets out of a P1 port or an optical head, down to readings. The first octet says in which pieces the rest comes.</summary>
internal static class P1Family
{
    private const int Digits = 4;

    internal static Family Stream => new("p1", () => [.. Telegrams.Select(text => (byte[])[63, .. Mended(text)])], () =>
    {
        var options = new P1Options(MeterId.Parse("SIM0000000000001"), MeterProfiles.Find("dsmr"), 60);
        var now = new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);
        return octets =>
        {
            if (octets.IsEmpty)
            {
                return "empty";
            }

            var framer = new P1Framer();
            var (taken, last) = (0, "no telegram");
            Chunks.Feed(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0, (ref input) =>
            {
                var what = framer.Read(ref input, out var telegram, out _);
                if (what == FrameRead.Got)
                {
                    taken += P1Reader.Read(telegram.Octets.Span, options, now, out var fault) is null ? 0 : 1;
                    last = fault ?? last;
                }

                return what;
            }, framer.LineIdle);
            return taken > 0 ? null : last;
        };
    })
    {
        JudgesParts = true, Words = [.. new[] { "/", "!", "\r\n", "(", ")", "*", "*kWh", ":", ".", "-", "0-0:1.0.0(", "0-1:24.2.1(", "1-0:99.97.0(", "0-0:98.1.0(", "0-1:24.3.0(", "W)", "S)", "(101209113020W)", "(0000000240*s)", "0-0:96.7.19", "999999999999999999999999" }.Select(Encoding.ASCII.GetBytes)],
        Openers = [[(byte)'('], [(byte)'/'], "()"u8.ToArray(), "/\r\n"u8.ToArray()],
        Straighten = static (Span<byte> octets, ref Random64 _) => Mend(octets),
    };

    private static readonly string[] Telegrams =
    [
        "/ISk5\\2MT382-1000\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(101209113020W)\r\n0-0:96.1.1(4B384547303034303436333935353037)\r\n1-0:1.8.1(123456.789*kWh)\r\n1-0:2.8.2(000001.500*kWh)\r\n0-0:96.14.0(0002)\r\n1-0:1.7.0(01.193*kW)\r\n"
            + "0-0:96.7.21(00004)\r\n1-0:99.97.0(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(101208151004W)(0000000301*s)\r\n1-0:32.7.0(220.1*V)\r\n0-0:96.13.0(303132333435)\r\n0-1:24.1.0(003)\r\n0-1:96.1.0(3232323241424344313233343536373839)\r\n0-1:24.2.1(101209112500W)(12785.123*m3)\r\n!0000\r\n",
        "/KMP5 KA6U001660297912\r\n\r\n0-0:96.1.1(204B413655303031)\r\n1-0:1.8.1(02627.980*kWh)\r\n0-0:96.14.0(0001)\r\n0-1:24.1.0(3)\r\n0-1:96.1.0(323230303031)\r\n0-1:24.3.0(110713160000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00909.700)\r\n!\r\n",
        "/FLU5\\253769484_A\r\n\r\n0-0:1.0.0(200512135409S)\r\n0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)(200401000000S)(200305122139S)(05.980*kW)\r\n1-0:1.4.0(02.351*kW)\r\n0-2:24.1.0(007)\r\n0-2:96.1.1(3853414731323334353637383930)\r\n0-2:24.2.1(200512134558S)(00872.234*m3)\r\n!0000\r\n",
    ];

    private static byte[] Mended(string text)
    {
        var octets = Encoding.ASCII.GetBytes(text);
        Mend(octets);
        return octets;
    }

    /// <summary>Four digits behind the first mark become the CRC from the first slash to it.</summary>
    private static void Mend(Span<byte> octets)
    {
        var start = octets.IndexOf((byte)'/');
        var mark = start < 0 ? -1 : octets[start..].IndexOf("\n!"u8) + start + 1;
        if (mark <= start || mark + Digits >= octets.Length || octets[mark] != '!')
        {
            return;
        }

        uint crc = 0;
        foreach (var octet in octets[start..(mark + 1)])
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            }
        }

        Span<char> digits = stackalloc char[Digits];
        crc.TryFormat(digits, out _, "X4", CultureInfo.InvariantCulture);
        for (var i = 0; i < Digits; i++)
        {
            octets[mark + 1 + i] = (byte)digits[i];
        }
    }
}
