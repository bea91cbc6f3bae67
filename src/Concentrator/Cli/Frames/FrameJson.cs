using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Concentrator.Cli.Frames;

/// <summary>An answer as one line of JSON.</summary>
internal static class FrameJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Write(FrameAnswer answer)
    {
        if (answer.Json is not null)
        {
            return answer.Json;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var to = new Utf8JsonWriter(buffer, Options))
        {
            Write(to, answer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter to, FrameAnswer answer)
    {
        to.WriteStartObject();
        to.WriteBoolean("ok", answer.Error is null);
        to.WriteString("protocol", answer.Protocol);
        to.WriteString("frame", answer.Frame);
        to.WriteString("manufacturer", answer.Manufacturer);
        to.WriteString("id", answer.Id);
        to.WriteNumber("version", answer.Version);
        to.WriteNumber("type", answer.Type);
        to.WriteString("media", answer.Media);
        if (answer.Access is { } access)
        {
            to.WriteNumber("access", access);
        }
        else
        {
            to.WriteNull("access");
        }

        to.WriteStartObject("status");
        to.WriteNumber("raw", answer.Status);
        WriteList(to, "flags", answer.Flags);
        to.WriteEndObject();
        WriteList(to, "layers", answer.Layers);
        to.WriteStartObject("security");
        to.WriteNumber("mode", answer.SecurityMode);
        to.WriteString("state", answer.SecurityState);
        to.WriteEndObject();
        to.WriteStartArray("records");
        foreach (var record in answer.Records)
        {
            WriteRecord(to, record);
        }

        to.WriteEndArray();
        to.WriteStartObject("fields");
        to.WriteEndObject();
        to.WriteNull("meter");
        to.WriteBoolean("moreFollow", answer.MoreFollow);
        to.WriteString("undecoded", answer.Undecoded);
        to.WriteString("error", answer.Error);
        to.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter to, RecordAnswer record)
    {
        to.WriteStartObject();
        to.WriteString("quantity", record.Quantity);
        to.WriteString("value", record.Value);
        to.WriteString("unit", record.Unit);
        to.WriteString("obis", record.Obis);
        to.WriteNumber("storage", record.Storage);
        to.WriteNumber("tariff", record.Tariff);
        to.WriteNumber("subunit", record.Subunit);
        to.WriteString("function", record.Function);
        to.WriteString("dib", record.Dib);
        to.WriteString("raw", record.Raw);
        to.WriteString("text", record.Text);
        to.WriteString("time", record.Time);
        WriteList(to, "labels", record.Labels);
        to.WriteString("error", record.Error);
        if (record.Name is not null)
        {
            to.WriteString("name", record.Name);
        }

        to.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter to, string name, IReadOnlyList<string> items)
    {
        to.WriteStartArray(name);
        foreach (var item in items)
        {
            to.WriteStringValue(item);
        }

        to.WriteEndArray();
    }
}
