using System.Text;
using Metering;
using Protocols.Dlms.Model;

namespace Protocols.P1;

/// <summary>What the value of a line is.</summary>
internal enum P1Form : byte
{
    /// <summary>With a unit a number, else text.</summary>
    ByUnit,
    /// <summary>A number without unit.</summary>
    Number,
    /// <summary>Text as it stands.</summary>
    Text,
    /// <summary>Text of which each octet is written as two hex digits; where the digits give no printable text it is taken as it stands.</summary>
    HexText,
}

/// <summary>Lines by their code: COSEM class, attribute, and form (DSMR P1 clause 6.12 and 6.13; e-MUCS P1). The first that fits counts.</summary>
internal static class P1Objects
{
    private static readonly (ObisPattern Pattern, ushort ClassId, byte Attribute, P1Form Form)[] Table =
    [
        (Of("1-3:0.2.8"), 1, 2, P1Form.Text), // version of the companion standard
        (Of("0-0:96.1.4"), 1, 2, P1Form.Text), // version of e-MUCS
        (Of("*-*:96.1.*"), 1, 2, P1Form.HexText), // equipment identifiers
        (Of("0-*:96.13.*"), 1, 2, P1Form.HexText), // text messages
        (Of("*-*:96.14.*"), 1, 2, P1Form.Text), // tariff indicator
        (Of("0-0:96.7.*"), 1, 2, P1Form.Number), // power failures
        (Of("1-0:32.32.*"), 1, 2, P1Form.Number), (Of("1-0:52.32.*"), 1, 2, P1Form.Number), (Of("1-0:72.32.*"), 1, 2, P1Form.Number), // voltage sags
        (Of("1-0:32.36.*"), 1, 2, P1Form.Number), (Of("1-0:52.36.*"), 1, 2, P1Form.Number), (Of("1-0:72.36.*"), 1, 2, P1Form.Number), // voltage swells
        (Of("0-*:96.3.10"), 70, 3, P1Form.Number), // breaker
        (Of("0-*:24.4.0"), 70, 3, P1Form.Number), // valve
        (Of("0-*:17.0.0"), 71, 3, P1Form.ByUnit), // limiter threshold
        (Of("0-*:24.1.0"), 72, 9, P1Form.Number), // device type
    ];

    /// <summary>Lines that name the electricity meter, the best first.</summary>
    internal static readonly Obis[] Identities =
    [
        Obis.Parse("0-0:96.1.1*255"), Obis.Parse("0-0:96.1.0*255"), Obis.Parse("0-0:42.0.0*255"), Obis.Parse("0-0:96.1.255*255"), Obis.Parse("1-0:96.1.0*255"), Obis.Parse("1-0:0.0.0*255"),
    ];

    internal static readonly Obis Clock = Obis.Parse("0-0:1.0.0*255");

    internal static (ushort ClassId, byte Attribute, P1Form Form) Find(Obis name)
    {
        foreach (var known in Table)
        {
            if (known.Pattern.Fits(name))
            {
                return (known.ClassId, known.Attribute, known.Form);
            }
        }

        return (0, 2, P1Form.ByUnit);
    }

    /// <summary>Octets behind hex digits; the text itself where they give no printable text.</summary>
    internal static byte[] FromHex(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text.Length % 2 == 0)
        {
            var octets = new byte[text.Length / 2];
            if (Convert.FromHexString(Encoding.Latin1.GetString(text), octets, out _, out var written) == System.Buffers.OperationStatus.Done && written == octets.Length && !octets.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            {
                return octets;
            }
        }

        return text.ToArray();
    }

    private static ObisPattern Of(string text) => ObisPattern.Parse(text);
}
