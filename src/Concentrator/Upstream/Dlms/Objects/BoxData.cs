using System.Text;
using Metering;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>Values as the box's objects show them, each one Data.</summary>
internal static class BoxData
{
    internal static byte[] Text(string? text) => new DataWriter().Octets(Encoding.UTF8.GetBytes(text ?? "")).ToArray();

    internal static byte[] Octets(ReadOnlySpan<byte> octets) => new DataWriter().Octets(octets).ToArray();

    internal static byte[] Number(long number) => new DataWriter().UInt32((uint)Math.Clamp(number, 0, uint.MaxValue)).ToArray();

    internal static byte[] Enum(byte value) => new DataWriter().Enum(value).ToArray();

    internal static byte[] Small(byte value) => new DataWriter().UInt8(value).ToArray();

    /// <summary>An instant in UTC; a time that is not known is told as such, and never invented.</summary>
    internal static byte[] Instant(DateTime? utc, byte status = 0) => Octets(InstantOctets(utc, status));

    internal static byte[] InstantOctets(DateTime? utc, byte status = 0) => utc is { } at
        ? CosemTime.Write(CosemTime.Of(at, 0, summerTime: false), DeviationSign.Standard, status)
        : [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0x00, (byte)(status | CosemTime.Invalid)];

    /// <summary>The clock status octet of a time of the box.</summary>
    internal static byte StatusOf(TimeQuality quality) => quality switch
    {
        TimeQuality.Unset => CosemTime.Invalid,
        TimeQuality.Rtc => CosemTime.Doubtful,
        _ => 0,
    };
}
