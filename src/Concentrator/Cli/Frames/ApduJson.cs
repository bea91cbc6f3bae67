using System.Text.Json;
using Protocols.Dlms.Apdu;

namespace Concentrator.Cli.Frames;

/// <summary>What an APDU carries, as a tree: data, results by number, blocks as the octets they hold.</summary>
internal static class ApduJson
{
    /// <summary>Writes one value; null where the APDU carries none.</summary>
    internal static void WriteValue(Utf8JsonWriter to, Pdu? apdu)
    {
        switch (apdu)
        {
            case GetResponse.Normal message:
                Write(to, message.Result);
                break;
            case GetResponse.WithList message:
                WriteList(to, message.Results, Write);
                break;
            case GetResponse.WithDatablock { Error: { } error }:
                WriteNumber(to, "data-access-result", error);
                break;
            case GetResponse.WithDatablock message:
                WriteBlock(to, new DataBlock(message.Last, message.Block, message.Raw));
                break;
            case SetRequest.Normal message:
                AXdrJson.Write(to, message.Value.Span);
                break;
            case SetRequest.FirstDatablock message:
                WriteBlock(to, message.Block);
                break;
            case SetRequest.WithDatablock message:
                WriteBlock(to, message.Block);
                break;
            case SetRequest.WithList message:
                WriteList(to, message.Values, (writer, value) => AXdrJson.Write(writer, value.Span));
                break;
            case SetResponse.Normal message:
                WriteNumber(to, "data-access-result", message.Result);
                break;
            case SetResponse.LastDatablock message:
                WriteNumber(to, "data-access-result", message.Result);
                break;
            case SetResponse.WithList message:
                WriteList(to, message.Results, (writer, result) => WriteNumber(writer, "data-access-result", result));
                break;
            case ActionRequest.Normal { Parameters: { } parameters }:
                AXdrJson.Write(to, parameters.Span);
                break;
            case ActionRequest.FirstPblock message:
                WriteBlock(to, message.Block);
                break;
            case ActionRequest.Pblock message:
                WriteBlock(to, message.Block);
                break;
            case ActionResponse.Normal { Result: var result }:
                Write(to, result);
                break;
            case ActionResponse.WithList message:
                WriteList(to, message.Results, Write);
                break;
            case ActionResponse.Pblock message:
                WriteBlock(to, message.Block);
                break;
            case AccessResponse message:
                WriteList(to, message.Values, (writer, value) => AXdrJson.Write(writer, value.Span));
                break;
            case DataNotification message:
                AXdrJson.Write(to, message.Data.Span);
                break;
            case EventNotification message:
                AXdrJson.Write(to, message.Data.Span);
                break;
            case GeneralBlockTransfer block:
                WriteBlock(to, new DataBlock(block.IsLast, block.Block, block.Raw));
                break;
            default:
                to.WriteNullValue();
                break;
        }
    }

    private static void Write(Utf8JsonWriter to, DataResult result)
    {
        if (result.Error is { } error)
        {
            WriteNumber(to, "data-access-result", error);
        }
        else
        {
            AXdrJson.Write(to, result.Data.Span);
        }
    }

    private static void Write(Utf8JsonWriter to, ActionResult result)
    {
        if (result.Return is { } returned)
        {
            Write(to, returned);
        }
        else
        {
            WriteNumber(to, "action-result", result.Result);
        }
    }

    private static void WriteNumber(Utf8JsonWriter to, string type, int number)
    {
        to.WriteStartObject();
        to.WriteString("type", type);
        to.WriteNumber("value", number);
        to.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter to, DataBlock block)
    {
        to.WriteStartObject();
        to.WriteString("type", "block");
        to.WriteString("value", Convert.ToHexStringLower(block.Raw.Span));
        to.WriteNumber("number", block.Number);
        to.WriteBoolean("last", block.Last);
        to.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter to, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        to.WriteStartObject();
        to.WriteString("type", "list");
        to.WriteStartArray("value");
        foreach (var item in items)
        {
            write(to, item);
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }
}
