using Metering;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Orders;

/// <summary>How one meter of an order stands.</summary>
internal sealed record MeterState(OrderState State, string Code, string Sentence)
{
    internal string? Before { get; init; }

    internal string? After { get; init; }

    internal DateTime? At { get; init; }

    /// <summary>Nothing follows, or nobody can tell more.</summary>
    internal bool IsThrough => OrderStates.IsFinal(State);
}

/// <summary>An order of the book, as it stands. Changed by its book only, under the book's lock.</summary>
internal sealed class OrderEntry(OrderOpened opened, long taken)
{
    private readonly Dictionary<MeterId, MeterState> _meters = opened.Request.Meters.ToDictionary(meter => meter, _ => new MeterState(OrderState.Accepted, "", ""));

    internal OrderOpened Opened => opened;

    internal OrderRequest Request => opened.Request;

    private MeterWork? _work;

    /// <summary>What each meter is given; the same octets for all of them, for an image may be long. Null, and why, where the arguments are none.</summary>
    internal MeterWork? Work(out string? fault)
    {
        fault = null;
        return _work ??= OrderArguments.Read(opened.Request.Verb, opened.Request.Arguments, out fault);
    }

    /// <summary>It gives up the image that another order brings: it goes beside that one.</summary>
    internal bool GivesUpImage => Verb.Kind == OrderKind.Firmware && Work(out _) is { } work && FirmwareOrder.Parse(work.Payload).Aborts;

    internal OrderVerb Verb { get; } = OrderVerbs.Find(opened.Request.Verb) ?? throw new InvalidDataException($"\"{opened.Request.Verb}\" is an order of another version");

    /// <summary>What of its meters it sets; empty where nothing undoes it.</summary>
    internal string Subject => Facts.Subject;

    /// <summary>The image that it names and that comes by itself; null for none.</summary>
    internal OrderedImage? Image => Verb.Kind == OrderKind.Firmware ? Facts.Image : null;

    /// <summary>Read of the arguments once: they may be long.</summary>
    private ArgumentFacts Facts => field ??= OrderArguments.Read(opened.Request.Verb, opened.Request.Arguments, out _) is { } work ? new ArgumentFacts(work.Subject ?? "", work.Image) : new ArgumentFacts("", null);

    /// <summary>When it was taken, by time stamps of this process.</summary>
    internal long Taken => taken;

    internal OrderState State { get; private set; } = OrderState.Accepted;

    internal string Code { get; private set; } = "";

    internal string Sentence { get; private set; } = opened.WaitsForApproval ? "waits for the approval of a second one" : "";

    internal bool WaitsForApproval { get; private set; } = opened.WaitsForApproval;

    internal DateTime? ChangedAt { get; private set; } = opened.At;

    internal IReadOnlyDictionary<MeterId, MeterState> Meters => _meters;

    internal (int Done, int Of) Progress => (_meters.Values.Count(meter => meter.IsThrough), _meters.Count);

    /// <summary>Nothing is done for it any more.</summary>
    internal bool IsOver => OrderStates.IsFinal(State) || (State == OrderState.Unknown && Verb.AfterUnknown == AfterUnknown.Stay);

    internal void Move(OrderMoved moved)
    {
        if (moved.Meter.IsNone)
        {
            (State, Code, Sentence, ChangedAt) = (moved.State, moved.Code, moved.Sentence, moved.At ?? ChangedAt);
            WaitsForApproval &= !moved.IsApproved && !OrderStates.IsFinal(moved.State);
            _work = IsOver ? null : _work; // an image may be long
        }
        else if (_meters.ContainsKey(moved.Meter))
        {
            _meters[moved.Meter] = new MeterState(moved.State, moved.Code, moved.Sentence) { Before = moved.Before, After = moved.After, At = moved.At };
        }
    }

    /// <summary>The records that make it again as it stands.</summary>
    internal IEnumerable<OrderMoved> Moves()
    {
        foreach (var (meter, state) in _meters.Where(entry => entry.Value.State != OrderState.Accepted))
        {
            yield return new OrderMoved(Request.Id, meter, state.State, state.Code, state.Sentence, state.At) { Before = state.Before, After = state.After };
        }

        if (State != OrderState.Accepted || WaitsForApproval != opened.WaitsForApproval)
        {
            yield return new OrderMoved(Request.Id, default, State, Code, Sentence, ChangedAt) { Progress = Progress, IsApproved = opened.WaitsForApproval && !WaitsForApproval };
        }
    }

    /// <summary>How the whole stands, from how its meters stand, where all of them are through.</summary>
    internal OrderState Sum()
    {
        var states = _meters.Values.Select(meter => meter.State).ToList();
        return states.Contains(OrderState.Unknown) ? OrderState.Unknown
            : states.TrueForAll(state => state == OrderState.Done) ? OrderState.Done
            : states.Exists(state => state is OrderState.Done or OrderState.Partial) ? OrderState.Partial
            : states.TrueForAll(state => state == OrderState.Expired) ? OrderState.Expired
            : states.TrueForAll(state => state == OrderState.Cancelled) ? OrderState.Cancelled
            : states.TrueForAll(state => state == OrderState.Refused) ? OrderState.Refused : OrderState.Failed;
    }

    private sealed record ArgumentFacts(string Subject, OrderedImage? Image);
}
