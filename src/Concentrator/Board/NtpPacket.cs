using System.Buffers.Binary;

namespace Concentrator.Board;

/// <summary>
/// Question and answer of the simple network time protocol (RFC 5905, the part of RFC 4330):
/// <code>
/// 0 leap indicator(2) version(3) mode(3) | 1 stratum | 2 poll | 3 precision | 4 root delay | 8 root dispersion | 12 reference id | 16 reference time
/// 24 originate time | 32 receive time | 40 transmit time      times: seconds since 1900 in 32.32 bits
/// </code>
/// The question carries a number of chance as its transmit time, which the answer must repeat: nobody else can answer, and nobody learns our time.
/// </summary>
internal static class NtpPacket
{
    /// <summary>Octets of both.</summary>
    internal const int Size = 48;

    private const byte Client = 0x23, ServerMode = 4, Unsynchronised = 3; // version 4, mode 3
    private static readonly DateTime Epoch = new(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Era = TimeSpan.FromSeconds(1L << 32);

    /// <summary>A question.</summary>
    /// <param name="cookie">8 octets of chance.</param>
    internal static byte[] Question(ReadOnlySpan<byte> cookie)
    {
        var packet = new byte[Size];
        packet[0] = Client;
        cookie.CopyTo(packet.AsSpan(40));
        return packet;
    }

    /// <summary>What an answer says of our clock; the fault is null where it says something.</summary>
    /// <param name="asked">Our clock when the question went.</param>
    /// <param name="took">How long the answer took.</param>
    internal static (TimeSpan Offset, TimeSpan Uncertainty) Read(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> cookie, DateTime asked, TimeSpan took, out string? fault)
    {
        fault = answer.Length < Size ? $"{answer.Length} octets are no answer"
            : (answer[0] & 7) != ServerMode ? "it is no server's answer"
            : !answer.Slice(24, 8).SequenceEqual(cookie) ? "it answers another question"
            : answer[0] >> 6 == Unsynchronised || answer[1] is 0 or > 15 ? "the server itself has no time"
            : null;
        if (fault is not null)
        {
            return default;
        }

        var (received, sent) = (TimeAt(answer[32..], asked), TimeAt(answer[40..], asked));
        var roundTrip = took - (sent - received);
        fault = sent < received || roundTrip < TimeSpan.Zero ? "its times contradict each other" : null;
        var middle = asked + (took / 2);
        return (received + ((sent - received) / 2) - middle, roundTrip / 2);
    }

    /// <summary>The era of a time is the one nearest to ours: the count starts anew in 2036.</summary>
    private static DateTime TimeAt(ReadOnlySpan<byte> octets, DateTime near)
    {
        var fixedPoint = BinaryPrimitives.ReadUInt64BigEndian(octets);
        var time = Epoch.AddTicks((long)((UInt128)fixedPoint * TimeSpan.TicksPerSecond >> 32));
        return near - time > Era / 2 ? time + Era : time;
    }
}
