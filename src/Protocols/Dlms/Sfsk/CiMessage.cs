using System.Buffers.Binary;

namespace Protocols.Dlms.Sfsk;

/// <summary>
/// What initiator and meters say of the medium itself (CIASE, IEC 61334-4-511). A system title has 6 octets in the LLC profile and 8 in the HDLC profile; nothing in the message tells which.
/// <code>
/// ping request    19 title                      ping response 1A title
/// register        1C initiator | count { title | MAC address u16 }
/// discover        1D probability | slots u16 | report credit | equal credit
/// discover report 1E count { title | 00, or 01 alarm }
/// repeat call     1F delta phase i8 | greatest MAC address u16 | slots | [reception threshold]
/// </code>
/// Ping and repeat call are not pinned by a vector.
/// </summary>
public abstract record CiMessage
{
    private protected CiMessage()
    {
    }

    /// <summary>Its name, in small letters with dashes.</summary>
    public abstract string Name { get; }

    /// <summary>Its octets.</summary>
    public abstract byte[] ToOctets();

    /// <summary>Reads one that fills the octets; null where they hold none.</summary>
    /// <param name="titleSize">6, or 8.</param>
    public static CiMessage? Read(ReadOnlyMemory<byte> octets, int titleSize)
    {
        var span = octets.Span;
        return span.IsEmpty ? null : span[0] switch
        {
            0x19 or 0x1A when span.Length == 1 + titleSize => new Ping(span[0] == 0x1A, octets[1..]),
            0x1C when span.Length >= 2 + titleSize && span.Length == 2 + titleSize + (span[1 + titleSize] * (titleSize + 2)) => Register.ReadWhole(octets, titleSize),
            0x1D when span.Length == 6 => new Discover(span[1], BinaryPrimitives.ReadUInt16BigEndian(span[2..]), span[4], span[5]),
            0x1E when span.Length >= 2 => DiscoverReport.ReadWhole(octets, titleSize),
            0x1F when span.Length is 5 or 6 => new RepeatCall((sbyte)span[1], BinaryPrimitives.ReadUInt16BigEndian(span[2..]), span[4], span.Length == 6 ? span[5] : null),
            _ => null,
        };
    }

    /// <summary>Asks whether a meter is there; its answer.</summary>
    public sealed record Ping(bool IsResponse, ReadOnlyMemory<byte> Title) : CiMessage
    {
        public override string Name => IsResponse ? "ping-response" : "ping-request";

        public override byte[] ToOctets() => [(byte)(IsResponse ? 0x1A : 0x19), .. Title.Span];
    }

    /// <summary>Gives new meters their MAC addresses.</summary>
    public sealed record Register(ReadOnlyMemory<byte> Initiator, IReadOnlyList<(ReadOnlyMemory<byte> Title, ushort Address)> Meters) : CiMessage
    {
        public override string Name => "register";

        public override byte[] ToOctets() => [0x1C, .. Initiator.Span, (byte)Meters.Count, .. Meters.SelectMany(meter => (byte[])[.. meter.Title.Span, (byte)(meter.Address >> 8), (byte)meter.Address])];

        internal static Register ReadWhole(ReadOnlyMemory<byte> octets, int titleSize)
        {
            var meters = new (ReadOnlyMemory<byte>, ushort)[octets.Span[1 + titleSize]];
            for (var i = 0; i < meters.Length; i++)
            {
                var one = octets.Slice(2 + titleSize + (i * (titleSize + 2)), titleSize + 2);
                meters[i] = (one[..titleSize], BinaryPrimitives.ReadUInt16BigEndian(one.Span[titleSize..]));
            }

            return new Register(octets.Slice(1, titleSize), meters);
        }
    }

    /// <summary>Calls meters that are not registered: each answers with a probability in percent, in one of so many slots.</summary>
    public sealed record Discover(byte Probability, ushort Slots, byte ReportCredit, byte EqualCredit) : CiMessage
    {
        public override string Name => "discover";

        public override byte[] ToOctets() => [0x1D, Probability, (byte)(Slots >> 8), (byte)Slots, ReportCredit, EqualCredit];
    }

    /// <summary>New meters answer, with an alarm where they have one.</summary>
    public sealed record DiscoverReport(IReadOnlyList<(ReadOnlyMemory<byte> Title, byte? Alarm)> Meters) : CiMessage
    {
        public override string Name => "discover-report";

        public override byte[] ToOctets() => [0x1E, (byte)Meters.Count, .. Meters.SelectMany(meter => (byte[])[.. meter.Title.Span, .. meter.Alarm is { } alarm ? (byte[])[1, alarm] : [0]])];

        internal static DiscoverReport? ReadWhole(ReadOnlyMemory<byte> octets, int titleSize)
        {
            var count = octets.Span[1];
            var rest = octets[2..];
            if (count > rest.Length / (titleSize + 1))
            {
                return null;
            }

            var meters = new List<(ReadOnlyMemory<byte>, byte?)>(count);
            while (meters.Count < count)
            {
                var told = rest.Length > titleSize ? rest.Span[titleSize] : (byte)2;
                if (told > 1 || rest.Length < titleSize + 1 + told)
                {
                    return null;
                }

                meters.Add((rest[..titleSize], told == 1 ? rest.Span[titleSize + 1] : null));
                rest = rest[(titleSize + 1 + told)..];
            }

            return rest.IsEmpty ? new DiscoverReport(meters) : null;
        }
    }

    /// <summary>Chooses meters that repeat for others.</summary>
    public sealed record RepeatCall(sbyte DeltaPhase, ushort GreatestAddress, byte Slots, byte? Threshold) : CiMessage
    {
        public override string Name => "repeat-call";

        public override byte[] ToOctets() => [0x1F, (byte)DeltaPhase, (byte)(GreatestAddress >> 8), (byte)GreatestAddress, Slots, .. Threshold is { } threshold ? (byte[])[threshold] : []];
    }
}
