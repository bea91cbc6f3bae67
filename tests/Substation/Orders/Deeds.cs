using Protocols.Dlms.Apdu;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>What a meter was told to do, in words; reading is none of it, and neither is getting to know each other.</summary>
internal sealed class Deeds
{
    private readonly List<string> _all = [];

    internal Deeds(DlmsMeter meter) => meter.Did += (_, question) =>
    {
        if (TextOf(question) is { } text)
        {
            _all.Add(text);
            Changed?.Invoke();
        }
        else if (IsLookAtControl(question))
        {
            _all.Add(Look);
        }
    };

    /// <summary>A disconnect control was read.</summary>
    internal const string Look = "look at a control";

    /// <summary>Everything, in order.</summary>
    internal IReadOnlyList<string> All => _all;

    /// <summary>The meter did something, and nobody has its answer yet.</summary>
    internal event Action? Changed;

    /// <summary>A change as text; null for what changes nothing.</summary>
    internal static string? TextOf(byte[] question) => question.Length == 0 ? null : Pdu.Read(question, out _) switch
    {
        SetRequest.Normal set => Text("set", set.Attribute),
        SetRequest.FirstDatablock set => Text("set", set.Attribute),
        SetRequest.WithList set => "set " + string.Join(" and ", set.Attributes.Select(one => Name(one.Attribute))),
        SetRequest => "set on",
        ActionRequest.Normal { Method: { ClassId: 15, Attribute: 1 } } => null, // the proof of who we are
        ActionRequest.Normal action => Text("act", action.Method),
        ActionRequest.FirstPblock action => Text("act", action.Method),
        ActionRequest.NextPblock => null,
        ActionRequest => "act on",
        _ => null,
    };

    private static bool IsLookAtControl(byte[] question) => question.Length > 0 && Pdu.Read(question, out _) switch
    {
        GetRequest.Normal get => get.Attribute.ClassId == 70,
        GetRequest.WithList list => list.Attributes.Any(one => one.Attribute.ClassId == 70),
        _ => false,
    };

    private static string Text(string what, AttributeDescriptor attribute) => $"{what} {Name(attribute)}";

    private static string Name(AttributeDescriptor attribute) => $"{attribute.ClassId}/{attribute.Instance}/{attribute.Attribute}";
}
