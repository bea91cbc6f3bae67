using System.Buffers.Binary;
using System.Security.Cryptography;
using Drivers.Dlms.Keys;
using Drivers.Dlms.Street;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;

namespace Drivers.Dlms.Orders;

/// <summary>The meter an order is for, with an open association whenever it is asked for one.</summary>
/// <param name="enter">Gives the open association; makes one where there is none.</param>
/// <param name="leave">Ends it, by a release or without one, and lets the port go.</param>
/// <param name="pass">Gives the way for a head-end's client SAP and logical device.</param>
internal sealed class OrderMeter(
    MeterId id, DlmsOptions options, Func<CancellationToken, ValueTask<MeterReader>> enter, Func<bool, ValueTask> leave,
    Func<PassThroughOrder, CancellationToken, ValueTask<IApduChannel>> pass, IDriverMemory memory, IKeyRing keys, ITimeSource time, TimeProvider clock)
{
    /// <summary>Who it is.</summary>
    internal MeterId Id => id;

    /// <summary>What is known of this kind of meter.</summary>
    internal MeterProfile Profile => options.Profile;

    /// <summary>Small values that outlive a restart.</summary>
    internal IDriverMemory Memory => memory;

    /// <summary>The keys of meters.</summary>
    internal IKeyRing Keys => keys;

    /// <summary>What is sent to the meter is encrypted.</summary>
    internal bool IsEncrypted => options.Association.IsCiphered && (options.Association.Protection & 0x20) != 0;

    /// <summary>The box's clock, and how far it may be believed.</summary>
    internal ITimeSource Time => time;

    /// <summary>Runs timers.</summary>
    internal TimeProvider Clock => clock;

    /// <summary>The driver's name in the configuration.</summary>
    internal string Driver => options.Name;

    /// <summary>How what the order changes stood before, as the meter told: every step that ends the order tells it, also one that tells of a failure.</summary>
    internal string? Before { get; set; }

    /// <summary>Something may have changed at the meter that was not read back yet: an order that ends here ends unknown, whatever ends it.</summary>
    internal bool IsUnproven { get; set; }

    /// <summary>The open association.</summary>
    internal ValueTask<MeterReader> ReaderAsync(CancellationToken stop) => enter(stop);

    /// <summary>The open association, to ask by.</summary>
    internal async ValueTask<MeterVisit> VisitAsync(CancellationToken stop) => (await enter(stop).ConfigureAwait(false)).Visit;

    /// <summary>The way for what a head-end says as a client of its own; the box's association is ended before.</summary>
    internal ValueTask<IApduChannel> PassageAsync(PassThroughOrder passed, CancellationToken stop) => pass(passed, stop);

    /// <summary>Releases the association; the next question makes another.</summary>
    internal ValueTask LeaveAsync() => leave(true);

    /// <summary>Ends the association without a word to the meter.</summary>
    internal ValueTask DropAsync() => leave(false);

    /// <summary>Images that are told to many at once; null where the way to the meter has no word to all.</summary>
    internal ImageCast? Images { get; init; }

    /// <summary>Waits so long, or until another order comes that may have to pass.</summary>
    internal required Func<TimeSpan, CancellationToken, ValueTask> RestAsync { get; init; }

    /// <summary>The change of the meter's keys; null where they are never changed.</summary>
    internal KeyChange? Change { get; init; }

    /// <summary>The client by which the box speaks with the meter.</summary>
    internal int Client => options.Association.Client;

    /// <summary>Its security suite.</summary>
    internal byte Suite => options.Association.Suite;

    /// <summary>An association proves that its secret is the meter's too: those by keys or signatures prove nothing of it.</summary>
    internal bool ProvesSecret => options.Association.Mechanism is AuthenticationMechanism.Manufacturer or AuthenticationMechanism.Md5 or AuthenticationMechanism.Sha1 or AuthenticationMechanism.Sha256;

    /// <summary>Octets of the keys of the suite.</summary>
    internal int KeyLength => Suite == 2 ? 32 : 16;

    /// <summary>The object an order acts on: the one it names, else the one that the meter's profile knows.</summary>
    internal Obis Named(Obis ordered, Obis known, string what) => !ordered.IsNone ? ordered : !known.IsNone ? known
        : throw new MeterRefusalException($"a meter of profile {Profile.Name} has no {what} that is known: name the object");

    /// <summary>What a read gave, as it goes into the ledger.</summary>
    internal DriverEvent Told(in MeterAnswer answer, string? task)
    {
        byte[] octets = [0xC4, 0x01, 0xC1, 0x00, .. answer.Data.Span]; // as one get-response-normal, whatever blocks it came in
        var hash = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(octets));
        var raw = new RawFrame(octets, new LinkFacts(options.Name, "dlms", null, null), time.Now, hash);
        var association = options.Association;
        var facts = association.IsCiphered
            ? new SecurityFacts(
                16 + association.Suite, (uint)association.Client, answer.Counter, (association.Protection & 0x20) != 0, (association.Protection & 0x10) != 0)
            : SecurityFacts.Clear;
        return answer.Events is { } events ? new DriverEvent.EventsTaken(id, events, raw) { Task = task } : new DriverEvent.ReadingsTaken(answer.Block!, raw, facts);
    }

    /// <summary>Reads an attribute; throws where the meter does not give it.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> DemandAsync(AttributeDescriptor attribute, CancellationToken stop)
    {
        var visit = await VisitAsync(stop).ConfigureAwait(false);
        return await visit.GetAsync(attribute, null, stop).ConfigureAwait(false)
            ?? throw new MeterRefusalException($"the meter does not give {ModelText.OfAttribute(attribute)}: {ErrorText.OfDataAccess(visit.LastError ?? 250)}");
    }

    /// <summary>Writes an attribute that is read back afterwards; gives the data-access-result.</summary>
    internal async ValueTask<byte> WriteAsync(AttributeDescriptor attribute, ReadOnlyMemory<byte> value, CancellationToken stop)
    {
        var visit = await VisitAsync(stop).ConfigureAwait(false);
        var set = new SetProcedure(attribute, value);
        await visit.RunAsync(set, stop).ConfigureAwait(false);
        IsUnproven |= set.Result == 0;
        return set.Result;
    }

    /// <summary>Executes a method whose effect is read back afterwards: the action-result is a word, no proof.</summary>
    internal async ValueTask<byte> ActAsync(AttributeDescriptor method, ReadOnlyMemory<byte>? parameters, CancellationToken stop)
    {
        var visit = await VisitAsync(stop).ConfigureAwait(false);
        var action = new ActionProcedure(method, parameters);
        IsUnproven = true;
        await visit.RunAsync(action, stop).ConfigureAwait(false);
        return action.Result.Result;
    }

    /// <summary>The final step of what was read back.</summary>
    internal OrderStep Proven(OrderState state, string sentence, string? after)
    {
        IsUnproven = false;
        return new OrderStep(state, sentence, null, default) { Before = Before, After = after, Why = state is OrderState.Done or OrderState.Partial ? MissReason.None : MissReason.Refused };
    }

    /// <summary>Executes a method; throws where the meter refuses. Gives what it returned.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> InvokeAsync(AttributeDescriptor method, ReadOnlyMemory<byte>? parameters, CancellationToken stop)
    {
        var action = new ActionProcedure(method, parameters);
        await (await VisitAsync(stop).ConfigureAwait(false)).RunAsync(action, stop).ConfigureAwait(false);
        return action.Result is { Result: 0 } done
            ? done.Return is { Error: null } data ? data.Data : default
            : throw new MeterRefusalException($"the meter refuses {ModelText.OfMethod(method)}: {ErrorText.OfAction(action.Result.Result)}");
    }
}
