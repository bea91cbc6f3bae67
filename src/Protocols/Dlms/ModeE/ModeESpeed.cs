namespace Protocols.Dlms.ModeE;

/// <summary>The baud rate characters of IEC 62056-21, 6.3.14 for modes C and E: '0' to '6' stand for 300 to 19200 baud.</summary>
public static class ModeESpeed
{
    /// <summary>At which every sign-on begins.</summary>
    public const int First = 300;

    private static readonly int[] Bauds = [300, 600, 1200, 2400, 4800, 9600, 19200];

    /// <summary>The speed a character stands for; null for the reserved ones, and for the letters of mode B.</summary>
    public static int? Of(byte character) => character is >= (byte)'0' and <= (byte)'6' ? Bauds[character - '0'] : null;
}
