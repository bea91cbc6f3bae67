using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model.Classes;

namespace Concentrator.Cli.Frames;

/// <summary>What an APDU asks for or brings: class, logical name and number, each with its name; and where data that came with it deviate from the definition.</summary>
internal static class TargetJson
{
    /// <summary>Writes <c>"targets"</c>; nothing where the APDU names no object.</summary>
    internal static void Write(Utf8JsonWriter to, Pdu? apdu)
    {
        var targets = TargetsOf(apdu).ToList();
        if (targets.Count == 0)
        {
            return;
        }

        to.WriteStartArray("targets");
        foreach (var (target, isMethod, data) in targets)
        {
            var known = CosemClasses.All.Find(target.ClassId);
            var member = isMethod ? known?.Method(target.Attribute) : known?.Attribute(target.Attribute);
            to.WriteStartObject();
            to.WriteNumber("class", target.ClassId);
            to.WriteString("className", known?.Name);
            to.WriteString("obis", target.Instance.ToString());
            to.WriteString("obisName", ObisNames.Of(target.Instance) is { Length: > 0 } words ? words : null);
            to.WriteNumber(isMethod ? "method" : "attr", target.Attribute);
            to.WriteString("name", member?.Name);
            if (member is not null && !data.IsEmpty)
            {
                to.WriteString("text", TypedReader.Read(member.Type, data.Span, out var deviation));
                to.WriteString("deviation", deviation);
            }

            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static IEnumerable<(AttributeDescriptor Target, bool IsMethod, ReadOnlyMemory<byte> Data)> TargetsOf(Pdu? apdu) => apdu switch
    {
        GetRequest.Normal get => [(get.Attribute, false, default)],
        GetRequest.WithList list => list.Attributes.Select(one => (one.Attribute, false, default(ReadOnlyMemory<byte>))),
        SetRequest.Normal set => [(set.Attribute, false, set.Value)],
        SetRequest.FirstDatablock set => [(set.Attribute, false, default)],
        SetRequest.WithList list => list.Attributes.Zip(list.Values, (one, value) => (one.Attribute, false, value)),
        ActionRequest.Normal action => [(action.Method, true, action.Parameters ?? default)],
        ActionRequest.FirstPblock action => [(action.Method, true, default)],
        AccessRequest access => access.Specifications.Select((one, i) => (one.Attribute, one.Choice == 3, i < access.Values.Count && one.Choice is not (1 or 4) ? access.Values[i] : default)),
        EventNotification told => [(told.Attribute, false, told.Data)],
        _ => [],
    };
}
