using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Metering;

namespace Protocols;

/// <summary>The instant part of the key of a row that a meter sent by itself (CONTRACTS section 3).</summary>
internal static class RowInstant
{
    /// <summary>UTC where the offset is known, else the device's own time, with the letter of summer or winter time where it was sent: an hour is there twice a year.</summary>
    internal static string Of(in DeviceTime time, bool hasSeason)
    {
        var (moment, head, tail) = time.ToUtc() is { } utc ? (utc, "", "Z") : (time.ToLocal(), "d:", !hasSeason ? "" : (time.Flags & DeviceTimeFlags.SummerTime) != 0 ? "S" : "W");
        return head + moment.ToString(time.Second == 0 && time.Hundredths == 0 ? "yyyy-MM-ddTHH:mm" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + tail;
    }

    /// <summary>Where no time is inside: SHA-256 over the octets and the UTC day of reception, nothing of the day while the box has no time.</summary>
    internal static string OfContent(ReadOnlySpan<byte> octets, DateTime? utc)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(octets);
        if (utc is { } day)
        {
            hash.AppendData(System.Text.Encoding.ASCII.GetBytes(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        }

        return string.Create(CultureInfo.InvariantCulture, $"h:{BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset()):x16}");
    }

    /// <summary>First 8 octets of SHA-256: equal for copies.</summary>
    internal static ulong ContentHash(ReadOnlySpan<byte> octets)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
