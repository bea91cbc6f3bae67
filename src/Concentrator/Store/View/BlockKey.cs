using System.Buffers.Binary;
using System.Text;
using Metering;

namespace Concentrator.Store.View;

/// <summary>
/// Which day block: one per UTC day of reception, meter and profile. As octets (day u32 big-endian, meter, 0, profile, 0, part u16 big-endian)
/// it sorts by day, meter, profile, part.
/// </summary>
/// <param name="Day">Days since 0001-01-01; 0 where the box had no time.</param>
/// <param name="Meter">Its meter.</param>
/// <param name="Profile">Its profile.</param>
internal readonly record struct BlockKey(int Day, MeterId Meter, string Profile)
{
    /// <summary>Longer profile names are cut in the key, so that it stays below the index limit of 1,023 octets; the block carries the whole name.</summary>
    private const int MostProfileOctets = 200;

    internal static int DayOf(DateTime? utc) => utc is { } at ? (int)(at.Ticks / TimeSpan.TicksPerDay) : 0;

    internal byte[] ToOctets(int part)
    {
        var profile = Encoding.UTF8.GetBytes(Profile);
        var octets = Prefix(Day, Meter, 1 + Math.Min(profile.Length, MostProfileOctets) + 2);
        var at = 5 + Meter.Text.Length;
        profile.AsSpan(0, Math.Min(profile.Length, MostProfileOctets)).CopyTo(octets.AsSpan(at));
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(octets.Length - 2), (ushort)part);
        return octets;
    }

    /// <summary>No key of the day (and meter) is below.</summary>
    internal static byte[] First(int day, MeterId? meter)
    {
        if (meter is { } one)
        {
            return Prefix(day, one, 0);
        }

        var octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, day);
        return octets;
    }

    /// <summary>No key of the day (and meter) is above.</summary>
    internal static byte[] Last(int day, MeterId? meter)
    {
        if (meter is null)
        {
            return First(day + 1, null);
        }

        var octets = First(day, meter);
        octets[^1] = 1;
        return octets;
    }

    /// <summary>The next possible key.</summary>
    internal static byte[] After(byte[] key) => [.. key, 0];

    private static byte[] Prefix(int day, MeterId meter, int more)
    {
        var octets = new byte[4 + meter.Text.Length + 1 + more];
        BinaryPrimitives.WriteInt32BigEndian(octets, day);
        Encoding.ASCII.GetBytes(meter.Text, octets.AsSpan(4));
        return octets;
    }
}
