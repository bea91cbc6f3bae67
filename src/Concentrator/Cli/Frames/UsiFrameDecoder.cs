using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Protocols.Framing;
using Protocols.Usi;
using Protocols.Usi.G3;
using Protocols.Usi.Prime;

namespace Concentrator.Cli.Frames;

/// <summary>Decodes frames of a power line modem: header, message by name and field, for G3 the packet in it, and the DLMS inside of either.</summary>
internal static class UsiFrameDecoder
{
    private const byte Flag = 0x7E;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True for octets that are nothing but frames whose check sums hold.</summary>
    internal static bool Looks(byte[] octets) => octets is [Flag, .., Flag] && Cut(octets, out var fault).Count > 0 && fault is null;

    internal static FrameAnswer Decode(FrameQuestion question, byte[] octets, IReadOnlyList<byte[]> prior)
    {
        var frames = Cut(octets, out var error);
        if (frames.Count == 0)
        {
            error ??= "no USI frame: 7E, a header of two octets, payload, check sum and 7E were expected";
        }

        var inside = frames.Count > 0 ? Inside(frames[^1]) : default;
        error ??= inside.Message is null ? inside.Fault : null; // what a good message carries tells its own errors, as DLMS does
        var dlms = inside.Dlms.IsEmpty ? null : DlmsFrameDecoder.Decode(question, inside.Dlms.ToArray(), [.. prior.SelectMany(one => Cut(one, out _)).Select(frame => Inside(frame).Dlms.ToArray()).Where(one => one.Length > 0)]);
        return new FrameAnswer { Json = Write(frames, inside, dlms, error), Error = error };
    }

    private static List<UsiFrame> Cut(byte[] octets, out string? fault)
    {
        var (input, framer, frames) = (new ReadOnlySequence<byte>(octets), new UsiFramer(), new List<UsiFrame>());
        fault = null;
        for (var idle = false; !input.IsEmpty;)
        {
            var read = framer.Read(ref input, out var frame, out var why);
            if (read == FrameRead.Got)
            {
                frames.Add(frame with { Payload = frame.Payload.ToArray() });
            }
            else if (read == FrameRead.Skipped)
            {
                fault ??= SentenceOf(why);
            }
            else if (input.Length == 1 && input.FirstSpan[0] == Flag)
            {
                break; // the flag that ended the last
            }
            else if (idle)
            {
                break;
            }
            else
            {
                idle = true;
                framer.LineIdle();
            }
        }

        return frames;
    }

    private static string SentenceOf(FrameFault fault) => fault switch
    {
        FrameFault.BadChecksum => "no USI frame: its check sum does not hold",
        FrameFault.BadHeader => "no USI frame: its length is not that of its octets, or an escape (7D) is none",
        FrameFault.Unfinished => "no USI frame: the flag (7E) at its end is missing",
        _ => "no USI frame: it begins with another octet than 7E",
    };

    private static UsiInside Inside(UsiFrame frame)
    {
        string? fault;
        switch (frame.Protocol)
        {
            case UsiProtocol.G3Adp when G3Message.Read(frame.Payload, out fault) is { } message:
                var packet = G3Fields.PacketOf(message);
                return packet.IsEmpty ? new UsiInside(message.Name, G3Fields.Of(message), null, default, null)
                    : UdpPacket.TryParse(packet, out var udp, out fault) ? new UsiInside(message.Name, G3Fields.Of(message), udp, udp.Payload, null)
                    : new UsiInside(message.Name, G3Fields.Of(message), null, default, fault);
            case UsiProtocol.Prime when PrimeMessage.Read(frame.Payload, out fault) is { } message:
                return new UsiInside(UsiFields.Dashed(message is UnknownMessage ? $"unknown-{(byte)message.Command:x2}" : message.Command.ToString()), PrimeFields.Of(message), null, PrimeFields.ApduOf(message), null);
            case <= UsiProtocol.ManagementGetResponseEnhanced when ManagementMessage.Read(frame, out fault) is { } message:
                return new UsiInside(UsiFields.Dashed(frame.Protocol.ToString()), PrimeFields.Of(message), null, default, null);
            case UsiProtocol.G3Adp:
                _ = G3Message.Read(frame.Payload, out fault);
                break;
            case UsiProtocol.Prime:
                _ = PrimeMessage.Read(frame.Payload, out fault);
                break;
            default:
                fault = null;
                break;
        }

        return new UsiInside(null, [("payload", frame.Payload)], null, default, fault);
    }

    private static string Write(List<UsiFrame> frames, in UsiInside inside, FrameAnswer? dlms, string? error)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var to = new Utf8JsonWriter(buffer, Options))
        {
            to.WriteStartObject();
            to.WriteBoolean("ok", error is null);
            to.WriteString("protocol", "usi");
            to.WriteString("frame", frames.Count > 0 ? UsiFields.Dashed(frames[^1].Protocol.ToString()) : null);
            WriteHeader(to, frames);
            to.WriteString("message", inside.Message);
            to.WriteStartObject("fields");
            Array.ForEach(inside.Fields ?? [], field => UsiFields.Write(to, field.Name, field.Value));
            to.WriteEndObject();
            WritePacket(to, inside.Packet, inside.Message is null ? null : inside.Fault);
            to.WritePropertyName("dlms");
            if (dlms?.Json is { } json)
            {
                to.WriteRawValue(json);
            }
            else
            {
                to.WriteNullValue();
            }

            to.WriteStartArray("frames");
            frames.ForEach(frame => to.WriteStringValue($"{UsiFields.Dashed(frame.Protocol.ToString())} {Inside(frame).Message ?? "message"}, {frame.Payload.Length} octets"));
            to.WriteEndArray();
            to.WriteString("note", frames.Exists(frame => !frame.FitsModem) ? $"longer than a stock modem's receiver of {UsiFrame.MostToModem} octets: it would overwrite its memory" : null);
            to.WriteString("error", error);
            to.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteHeader(Utf8JsonWriter to, List<UsiFrame> frames)
    {
        if (frames.Count == 0)
        {
            to.WriteNull("header");
            return;
        }

        to.WriteStartObject("header");
        to.WriteString("protocol", ((byte)frames[^1].Protocol).ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        to.WriteNumber("length", frames[^1].Payload.Length);
        to.WriteEndObject();
    }

    private static void WritePacket(Utf8JsonWriter to, UdpPacket? packet, string? fault)
    {
        if (packet is not { } udp)
        {
            if (fault is null)
            {
                to.WriteNull("packet");
                return;
            }

            to.WriteStartObject("packet");
            to.WriteString("error", fault);
            to.WriteEndObject();
            return;
        }

        to.WriteStartObject("packet");
        WriteAddress(to, "source", udp.Source);
        WriteAddress(to, "destination", udp.Destination);
        to.WriteNumber("sourcePort", udp.SourcePort);
        to.WriteNumber("destinationPort", udp.DestinationPort);
        to.WriteNumber("hopLimit", udp.HopLimit);
        to.WriteString("payload", Convert.ToHexStringLower(udp.Payload.Span));
        to.WriteNull("error");
        to.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter to, string name, Ipv6Address address)
    {
        to.WriteString(name, address.ToString());
        if (address.TryLinkLocal(out var panId, out var node))
        {
            to.WriteString(name + "Pan", UsiFields.Hex(panId));
            to.WriteString(name + "Node", UsiFields.Hex(node));
        }
    }

    /// <summary>What a frame holds.</summary>
    private readonly record struct UsiInside(string? Message, (string Name, object? Value)[] Fields, UdpPacket? Packet, ReadOnlyMemory<byte> Dlms, string? Fault);
}
