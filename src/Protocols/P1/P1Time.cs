using Metering;

namespace Protocols.P1;

/// <summary>A time stamp: <c>YYMMDDhhmmss</c> and S in summer time, W in winter time (DSMR P1 clause 6.4); DSMR 2.2 has neither letter.</summary>
internal static class P1Time
{
    private const int Digits = 12;

    /// <summary>Reads it; false where the text is none.</summary>
    /// <param name="offsetMinutes">Standard time of the meter's zone, east of UTC; null where it is not known, and then the time has no offset.</param>
    internal static bool TryParse(ReadOnlySpan<byte> text, short? offsetMinutes, out DeviceTime time)
    {
        time = default;
        if (text.Length is not (Digits or Digits + 1) || (text.Length > Digits && text[Digits] is not ((byte)'S' or (byte)'W')))
        {
            return false;
        }

        Span<byte> pairs = stackalloc byte[6];
        for (var i = 0; i < pairs.Length; i++)
        {
            if (!char.IsAsciiDigit((char)text[2 * i]) || !char.IsAsciiDigit((char)text[(2 * i) + 1]))
            {
                return false;
            }

            pairs[i] = (byte)(((text[2 * i] - '0') * 10) + text[(2 * i) + 1] - '0');
        }

        var summer = text.Length > Digits && text[Digits] == (byte)'S';
        var known = text.Length > Digits && offsetMinutes is not null; // without the letter an hour is twice a year in doubt
        var flags = DeviceTimeFlags.HasSeconds | (summer ? DeviceTimeFlags.SummerTime : 0) | (known ? DeviceTimeFlags.HasOffset : 0);
        time = new DeviceTime((ushort)(2000 + pairs[0]), pairs[1], pairs[2], pairs[3], pairs[4], pairs[5], 0, known ? (short)(offsetMinutes!.Value + (summer ? 60 : 0)) : (short)0, flags);
        return true;
    }
}
