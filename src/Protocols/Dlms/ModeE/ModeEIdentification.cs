using System.Text;

namespace Protocols.Dlms.ModeE;

/// <summary>A meter's identification: <code>/ M M M Z [\ W]* ident</code> (IEC 62056-21, 6.3.2)</summary>
/// <param name="Maker">Three letters; a small third one asks for a short reaction time.</param>
/// <param name="Speed">Z.</param>
/// <param name="Modes">Each W behind a backslash; '2' is binary mode, HDLC.</param>
/// <param name="Text">What the maker writes.</param>
public sealed record ModeEIdentification(string Maker, byte Speed, string Modes, string Text)
{
    /// <summary>The meter can speak HDLC after the sign-on.</summary>
    public bool OffersHdlc => Modes.Contains('2', StringComparison.Ordinal);

    /// <summary>Reads a line; false where it is no identification.</summary>
    public static bool TryParse(in ModeELine line, out ModeEIdentification identification)
    {
        identification = new ModeEIdentification("", 0, "", "");
        var octets = line.Octets.Span;
        if (octets.Length < 5 || octets[0] != ModeELine.Slash || !Encoding.ASCII.GetString(octets[1..4]).All(char.IsAsciiLetter))
        {
            return false;
        }

        var (at, modes) = (5, "");
        while (at + 1 < octets.Length && octets[at] == '\\')
        {
            modes += (char)octets[at + 1];
            at += 2;
        }

        identification = new ModeEIdentification(Encoding.ASCII.GetString(octets[1..4]), octets[4], modes, Encoding.ASCII.GetString(octets[at..]));
        return true;
    }

    /// <summary>Its octets, with CR LF, without parity bits.</summary>
    public byte[] ToOctets() => [.. Encoding.ASCII.GetBytes($"/{Maker}{(char)Speed}{string.Concat(Modes.Select(mode => $"\\{mode}"))}{Text}\r\n")];
}
