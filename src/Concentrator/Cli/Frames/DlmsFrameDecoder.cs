using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Concentrator.Cli.Frames;

/// <summary>Decodes one DLMS APDU, bare, in the wrapper or in one HDLC frame, to the JSON object of CONTRACTS section 2; opens it with the line's keys where it is ciphered.</summary>
internal static class DlmsFrameDecoder
{
    private const int LlcSize = 3; // E6 E6 00 or E6 E7 00

    /// <summary>True for octets that are surely meant as DLMS: a wrapper PDU whose length holds, or an APDU that is read to its end and begins as no telegram of damaged radio does.</summary>
    internal static bool Looks(byte[] octets) =>
        (octets is [0, 1, _, _, _, _, _, _, ..] && BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(6)) == octets.Length - WrapperFrame.HeaderSize)
        || (octets is [0x0F or (>= 0x60 and <= 0x63) or >= 0xC0, ..] && Pdu.Read(octets, out _) is not null);

    internal static FrameAnswer Decode(FrameQuestion question, byte[] octets)
    {
        var frame = "apdu";
        ReadOnlyMemory<byte> carried = octets;
        if (octets is [0, 1, ..])
        {
            var input = new ReadOnlySequence<byte>(octets);
            if (new WrapperFramer(ushort.MaxValue).Read(ref input, out var wrapped, out _) != FrameRead.Got || !input.IsEmpty)
            {
                return FrameAnswer.Failed("a wrapper header, but its length is not that of the octets behind it") with { Protocol = "dlms", Frame = "wrapper" };
            }

            (frame, carried) = ("wrapper", wrapped.Apdu);
        }
        else if (octets is [0x7E, ..])
        {
            var input = new ReadOnlySequence<byte>(octets);
            var read = new HdlcFramer().Read(ref input, out var hdlc, out _);
            if (read != FrameRead.Got || hdlc.Segmented || hdlc.Information.Length <= LlcSize || hdlc.Information.Span[0] != 0xE6)
            {
                return FrameAnswer.Failed(read != FrameRead.Got ? "no HDLC frame: its lengths or check sequences do not hold"
                    : $"an HDLC frame ({hdlc.Control.Kind}) without a whole APDU in it") with { Protocol = "dlms", Frame = "hdlc" };
            }

            (frame, carried) = ("hdlc", hdlc.Information[LlcSize..]);
        }

        if (Pdu.Read(carried, out var fault) is not { } apdu)
        {
            return FrameAnswer.Failed(fault!) with { Protocol = "dlms", Frame = frame };
        }

        var opening = Opening.Of(apdu, question);
        var inner = opening?.Plain is { } plain ? Pdu.Read(plain, out fault) : apdu is Gateway gateway ? Pdu.Read(gateway.Inner, out fault) : apdu;
        return new FrameAnswer { Json = Write(frame, apdu, inner, opening), Error = opening?.Fault };
    }

    private static string Write(string frame, Pdu apdu, Pdu? inner, Opening? opening)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteBoolean("ok", opening?.Fault is null);
            to.WriteString("protocol", "dlms");
            to.WriteString("frame", frame);
            to.WriteString("apdu", apdu.Name);
            to.WriteString("inner", ReferenceEquals(inner, apdu) ? null : inner?.Name);
            if (InvokeIdOf(inner) is { } id)
            {
                to.WriteNumber("invokeId", id);
            }
            else
            {
                to.WriteNull("invokeId");
            }

            to.WriteString("systemTitle", opening?.SystemTitle is { Length: > 0 } title ? Convert.ToHexStringLower(title) : null);
            WriteSecurity(to, opening);
            to.WriteString("plaintext", opening?.Plain is { } plain ? Convert.ToHexStringLower(plain) : null);
            to.WritePropertyName("value");
            if (DataOf(inner) is { IsEmpty: false } data)
            {
                AXdrJson.Write(to, data.Span);
            }
            else
            {
                to.WriteNullValue();
            }

            TargetJson.Write(to, inner);
            to.WriteString("error", opening?.Fault);
            to.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteSecurity(Utf8JsonWriter to, Opening? opening)
    {
        if (opening is null)
        {
            to.WriteNull("security");
            return;
        }

        to.WriteStartObject("security");
        to.WriteNumber("suite", opening.Control & 0x0F);
        to.WriteString("control", opening.Control.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        to.WriteNumber("invocationCounter", opening.Counter);
        to.WriteString("state", opening.State);
        to.WriteEndObject();
    }

    private static int? InvokeIdOf(Pdu? apdu) => apdu switch
    {
        GetRequest message => message.Id.Id,
        GetResponse message => message.Id.Id,
        SetRequest message => message.Id.Id,
        SetResponse message => message.Id.Id,
        ActionRequest message => message.Id.Id,
        ActionResponse message => message.Id.Id,
        AccessRequest message => message.Id.Id,
        AccessResponse message => message.Id.Id,
        DataNotification message => message.Id.Id,
        _ => null,
    };

    private static ReadOnlyMemory<byte> DataOf(Pdu? apdu) => apdu switch
    {
        GetResponse.Normal { Result.Error: null } message => message.Result.Data,
        SetRequest.Normal message => message.Value,
        ActionRequest.Normal { Parameters: { } parameters } => parameters,
        ActionResponse.Normal { Result.Return: { Error: null } result } => result.Data,
        DataNotification message => message.Data,
        EventNotification message => message.Data,
        _ => default,
    };

    /// <summary>What became of a ciphered APDU.</summary>
    private sealed record Opening(byte Control, uint Counter, byte[]? SystemTitle, string State, byte[]? Plain, string? Fault)
    {
        internal static Opening? Of(Pdu apdu, FrameQuestion question)
        {
            var (content, told, dedicated) = apdu switch
            {
                Ciphered ciphered => (ciphered.Content, default(ReadOnlyMemory<byte>), ciphered.IsDedicated),
                GeneralCiphered ciphered => (ciphered.Content, ciphered.SystemTitle, ciphered.IsDedicated),
                AssociationMessage { Initiate: { } initiate } association when Pdu.Read(initiate, out _) is Ciphered ciphered => (ciphered.Content, association.SystemTitle ?? default, false),
                _ => default,
            };
            if (content.IsEmpty)
            {
                return null;
            }

            var (control, counter) = (content.Span[0], BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]));
            var title = told.IsEmpty ? FromHex(question.SystemTitle) : told.ToArray();
            var (key, authentication) = (FromHex(dedicated ? question.Dedicated : question.Guek), FromHex(question.Gak) ?? []);
            if (key is null || title is null)
            {
                return new Opening(control, counter, title, "no-key", null, null);
            }

            try
            {
                using var cipher = new DlmsCipher(key, authentication);
                var plain = new byte[content.Length];
                var fault = cipher.Open(content.Span, title, plain, out var length);
                return new Opening(control, counter, title, fault is null ? "decrypted" : "wrong-key", fault is null ? plain[..length] : null, fault);
            }
            catch (ArgumentException e)
            {
                return new Opening(control, counter, title, "no-key", null, e.Message);
            }
        }

        private static byte[]? FromHex(string? text) => text is { Length: > 0 } && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
    }
}
