using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Wrapper;

namespace Concentrator.Cli.Frames;

/// <summary>Decodes a DLMS APDU, bare or in the frames of any layer, to the JSON object of CONTRACTS section 2; opens it with the line's keys where it is ciphered.</summary>
internal static class DlmsFrameDecoder
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True for octets that are surely meant as DLMS: frames whose check sequences hold, a wrapper PDU whose length holds, or an APDU that is read to its end and begins as no telegram of damaged radio does.</summary>
    internal static bool Looks(byte[] octets) =>
        (octets is [0, 1, _, _, _, _, _, _, ..] && BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(6)) == octets.Length - WrapperFrame.HeaderSize)
        || (octets is [0x7E or 0x68 or 0x02 or 0x6C or 0x3A, ..] && DlmsFrames.Of(octets) is { Fault: null, Frame: not "apdu" })
        || (octets is [0x0F or (>= 0x60 and <= 0x63) or >= 0xC0, ..] && Pdu.Read(octets, out _) is not null);

    internal static FrameAnswer Decode(FrameQuestion question, byte[] octets, IReadOnlyList<byte[]> prior)
    {
        var frames = octets is [0x7E or 0x68, ..] ? DlmsFrames.Of([.. prior.SelectMany(one => one), .. octets]) : DlmsFrames.Of(octets);
        if (octets is not [0x7E or 0x68, ..])
        {
            frames = frames with { Messages = [.. prior.SelectMany(one => DlmsFrames.Of(one).Messages), .. frames.Messages] };
        }

        if (frames.Messages.Count == 0)
        {
            return new FrameAnswer { Json = Write(frames, new DlmsLayers([], null, null, null), frames.Fault), Error = frames.Fault };
        }

        var layers = DlmsLayers.Of(frames.Messages, question);
        var error = frames.Fault ?? layers.Fault ?? layers.Opening?.Fault;
        return new FrameAnswer { Json = Write(frames, layers, error), Error = error };
    }

    private static string Write(DlmsFrames frames, DlmsLayers layers, string? error)
    {
        var (outer, inner, opening) = (layers.Layers.Count > 0 ? layers.Layers[0] : null, layers.Layers.Count > 0 ? layers.Layers[^1] : null, layers.Opening);
        if (inner is AssociationMessage && opening?.Plain is { } initiate)
        {
            inner = Pdu.Read(initiate, out _) ?? inner;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var to = new Utf8JsonWriter(buffer, Options))
        {
            to.WriteStartObject();
            to.WriteBoolean("ok", error is null);
            to.WriteString("protocol", "dlms");
            to.WriteString("frame", frames.Frame);
            to.WriteString("apdu", outer?.Name);
            to.WriteString("inner", ReferenceEquals(inner, outer) ? null : inner?.Name);
            WriteTexts(to, "layers", layers.Layers.Select(layer => layer.Name));
            WriteTexts(to, "frames", frames.Notes);
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
            ApduJson.WriteValue(to, inner);
            TargetJson.Write(to, inner);
            to.WriteString("note", layers.Note);
            to.WriteString("error", error);
            to.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteTexts(Utf8JsonWriter to, string name, IEnumerable<string> texts)
    {
        to.WriteStartArray(name);
        foreach (var text in texts)
        {
            to.WriteStringValue(text);
        }

        to.WriteEndArray();
    }

    private static void WriteSecurity(Utf8JsonWriter to, DlmsOpening? opening)
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
}
