using System.Runtime.CompilerServices;
using System.Text;
using Drivers.Dlms.Channels;
using Drivers.Dlms.Keys;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;

namespace Drivers.Dlms;

/// <summary>
/// The way into one meter: opens the port, asks as public client who is there and which counter it expects, then associates as the box is configured, and keeps that association until
/// it is closed.
/// </summary>
internal sealed partial class MeterDoor(DlmsOptions options, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory, FirmwareShelf? shelf = null) : IAsyncDisposable
{
    private static readonly Obis DeviceName = new(0, 0, 42, 0, 0, 255);
    private readonly SessionKeys _keys = new(options, keys, counters, time);
    private MeterKnowledge? _knowledge;
    private readonly StrongBox<int> _signedOn = new();
    private ChannelBook? _channels;
    private IPort? _link;
    private MeterVisit? _visit;
    private MeterReader? _reader;
    private KeySparing? _sparing;
    private readonly AnswerPatience _patience = new(options.AnswerWithin / (options.Repeats + 1));

    /// <summary>A firmware changes by an order, or a few times in a meter's life; where rows or lists contradict what is known, it is read again anyway.</summary>
    private static readonly TimeSpan FirmwareHolds = TimeSpan.FromDays(6.5);

    /// <summary>The meter that proved itself at this port before; null for none.</summary>
    private MeterId? Remembered => MeterId.TryParse(Encoding.ASCII.GetString(memory.Load(options.KeptAs, RememberedName).Span), out var meter) ? meter : null;

    private string RememberedName => "meter at " + options.Port;

    /// <summary>The port is open.</summary>
    internal bool IsOpen => _link is not null;

    /// <summary>The box is associated.</summary>
    internal bool HasAssociation => _reader is not null;

    /// <summary>The firmware that the meter told last.</summary>
    internal string? Firmware => _knowledge?.Firmware;

    /// <summary>Associations made.</summary>
    internal long Visits { get; private set; }

    /// <summary>It answered something in this visit.</summary>
    internal bool HasAnswered => _visit?.HasAnswered ?? false;

    /// <summary>What it answered last cannot be read.</summary>
    internal bool IsUnreadable => _visit?.IsUnreadable ?? false;

    /// <summary>A meter that is known, and never took a counter of ours: the public client is asked which it expects, or a counter that is behind would be refused.</summary>
    private bool AsksFirst => options.SparesAir && counters.LastTaken(KeyOf(options.Meter)) == 0;

    private KeyName KeyOf(MeterId meter) => keys.CountersOf(meter.Text, options.Association.Client);

    /// <summary>Something that may change the meter was sent, and no answer came.</summary>
    internal bool IsUnanswered => _visit?.IsUnanswered ?? false;

    /// <summary>Finds out which meter is there.</summary>
    internal async ValueTask<MeterId> IdentifyAsync(Func<CancellationToken, ValueTask<IPort>> open, CancellationToken stop)
    {
        await OpenAsync(open, stop).ConfigureAwait(false);
        if (!options.Meter.IsNone)
        {
            _knowledge = MeterKnowledge.Load(memory, options.KeptAs, options.Meter);
            return options.Meter;
        }

        try
        {
            await AskPublicAsync(stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException) when (Remembered is { } meter)
        {
            // It keeps one association, and holds that of a life before this one: the box knows it, and ends that association as the client it belongs to.
            _knowledge = MeterKnowledge.Load(memory, options.KeptAs, meter);
        }
        catch (Exception e) when (e is MeterRefusalException or TimeoutException)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new IOException($"the meter at {options.Port} does not say who it is ({e.Message}); if it does not serve the public client, set meter = \"..\" for this driver", e);
        }

        return _knowledge!.Meter;
    }

    /// <summary>An open association to read by; makes one where there is none.</summary>
    internal async ValueTask<MeterReader> EnterAsync(Func<CancellationToken, ValueTask<IPort>> open, CancellationToken stop)
    {
        if (_reader is not null)
        {
            return _reader;
        }

        if (_passage is not null)
        {
            await CloseAsync().ConfigureAwait(false); // where it was not released, the head-end's association ends with the link
        }

        await OpenAsync(open, stop).ConfigureAwait(false);
        _knowledge ??= options.Meter.IsNone ? null : MeterKnowledge.Load(memory, options.KeptAs, options.Meter);
        var asks = options.Association.IsCiphered && (options.Meter.IsNone || AsksFirst || _wasPassed);
        if (asks)
        {
            await AskPublicAsync(stop).ConfigureAwait(false);
            _wasPassed = false;
        }

        var knowledge = _knowledge ?? throw new IOException($"the meter at {options.Port} is not known yet");
        var change = ChangeOf(knowledge.Meter);
        while (true)
        {
            var newKeys = change is not null && await change.TryingAsync(stop).ConfigureAwait(false);
            try
            {
                await AssociateAsync(knowledge, newKeys, asks || options.Meter.IsNone, stop).ConfigureAwait(false);
                if (change is not null)
                {
                    await change.ServedAsync(newKeys, stop).ConfigureAwait(false);
                }

                break;
            }
            catch (MeterRefusalException e) when (e.Why == MissReason.WrongKey && change is { IsUnderWay: true })
            {
                if (!await change.FailedAsync(stop).ConfigureAwait(false))
                {
                    throw;
                }

                await CloseAsync(releases: false).ConfigureAwait(false);
                await OpenAsync(open, stop).ConfigureAwait(false);
            }
        }

        var session = _visit!.Session;
        Visits++;
        NeedsNewKey = session.Security?.NeedsNewKey ?? false;
        _channels = _channels?.Meter == knowledge.Meter ? _channels : ChannelBook.Load(memory, options.KeptAs, knowledge.Meter);
        var reader = new MeterReader(_visit, knowledge, options, _channels, clock, shelf);
        if (!options.SparesAir || knowledge.Firmware is null || shelf?.LookedAt(knowledge.Meter) is not { } looked || clock.GetElapsedTime(looked) > FirmwareHolds)
        {
            await reader.LookAtFirmwareAsync(stop).ConfigureAwait(false);
            shelf?.Looked(knowledge.Meter, clock.GetTimestamp());
        }
        else if (shelf.Of(options.Profile.Name, knowledge.Firmware) is { } common)
        {
            knowledge.Share(common);
        }

        return _reader = reader;
    }

    /// <summary>Associates and asks who is there: only then it is known, also of a pre-established association, whether the key serves.</summary>
    private async ValueTask AssociateAsync(MeterKnowledge knowledge, ClientSession session, KeySparing? sparing, ushort mark, bool isKnownToBeThere, CancellationToken stop)
    {
        try
        {
            if (sparing is not null)
            {
                await sparing.TryingAsync(mark, stop).ConfigureAwait(false);
            }

            await _visit!.AssociateAsync(knowledge.CounterHint, stop).ConfigureAwait(false);
            if (!options.SparesAir || !options.Association.IsCiphered || options.Association.Mechanism < AuthenticationMechanism.Manufacturer)
            {
                await CheckIdentityAsync(knowledge, stop).ConfigureAwait(false); // else the keys proved it
            }
        }
        catch (MeterRefusalException) when (session.IsKeyDoubted)
        {
            var exchanged = isKnownToBeThere ? null : await LookWhoElseAsync(stop).ConfigureAwait(false);
            if (exchanged is null && sparing is not null)
            {
                await sparing.RefusedAsync(mark, stop).ConfigureAwait(false);
            }
            else if (sparing is not null)
            {
                await sparing.FailedOtherwiseAsync(mark, CancellationToken.None).ConfigureAwait(false);
            }

            if (exchanged is null)
            {
                throw;
            }

            throw exchanged;
        }
        catch (Exception e) when (sparing is not null && e is (MeterRefusalException or IOException or TimeoutException or OperationCanceledException))
        {
            await sparing.FailedOtherwiseAsync(mark, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        if (sparing is not null)
        {
            await sparing.ServedAsync(mark, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps what was learned of the meter.</summary>
    internal async ValueTask KeepAsync(CancellationToken stop)
    {
        if (_knowledge is not null)
        {
            if (Remembered != _knowledge.Meter)
            {
                await memory.SaveAsync(options.KeptAs, RememberedName, Encoding.ASCII.GetBytes(_knowledge.Meter.Text), stop).ConfigureAwait(false);
            }

            await _knowledge.SaveAsync(memory, options.KeptAs, stop).ConfigureAwait(false);
        }

        if (_channels is not null)
        {
            await _channels.SaveAsync(memory, options.KeptAs, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Half of the counters of the meter's key are used.</summary>
    internal bool NeedsNewKey { get; private set; }

    /// <summary>Ends what is open.</summary>
    /// <param name="releases">False: the association is left to the meter, which drops it after its own idle time; a release would cost more air than it is worth.</param>
    internal async ValueTask CloseAsync(bool releases = true)
    {
        await EndVisitAsync(releases).ConfigureAwait(false);
        await ReleasePassageAsync().ConfigureAwait(false);
        await EndPassageAsync().ConfigureAwait(false);
        if (_link is { } link)
        {
            (_link, _signedOn.Value) = (null, 0);
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask EndVisitAsync(bool releases)
    {
        _reader = null;
        if (_visit is { } visit)
        {
            _visit = null;
            _leftAt = releases || visit.Session.State != AssociationState.Associated ? null : clock.GetTimestamp();
            if (visit.KeyRefusals > 0 && _sparing is { Served: { } mark })
            {
                await _sparing.RefusedAsync(mark, CancellationToken.None, visit.KeyRefusals).ConfigureAwait(false);
            }

            await visit.EndAsync(releases).ConfigureAwait(false);
        }
    }

    /// <summary>Goes away from the meter: releases the association, or, where air is spared, leaves it.</summary>
    internal ValueTask LetGoAsync() => CloseAsync(releases: !options.SparesAir);

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask OpenAsync(Func<CancellationToken, ValueTask<IPort>> open, CancellationToken stop) => _link ??= await open(stop).ConfigureAwait(false);

    private TransferBudget? Budget() => options.SparesAir ? new TransferBudget(clock) : null;

    private IApduChannel Channel() => options.Gateway is { } gateway ? new GatewayChannel(Direct(options), gateway, options.Port) : Direct(options);

    private IApduChannel Direct(DlmsOptions how) => _link switch
    {
        IDatagramLink datagrams => new DatagramChannel(datagrams, how, _patience, clock),
        ISerialLink serial when how.Framing == DlmsFraming.ModeE => new ModeEChannel(serial, how, clock, _signedOn),
        _ when how.Framing == DlmsFraming.ModeE => throw new IOException($"{how.Port} is no tty: a sign-on in mode E changes the speed of the line"),
        ILink link when how.Framing == DlmsFraming.Hdlc => new HdlcChannel(link, how, clock),
        var link => new WrapperChannel((ILink)link!, how, clock),
    };

    /// <summary>Meters lock themselves after a few APDUs they cannot open: the last try is left to a person, to new keys, or to another day.</summary>
    private KeySparing Spare(MeterId meter, ushort mark, ClientSession session)
    {
        var sparing = _sparing ??= new KeySparing(memory, options.KeptAs, $"tries/{meter}/{options.Association.Client}", time, clock);
        if (sparing.Spared(mark, options.Profile.LocksAfter) is not { } why)
        {
            return sparing;
        }

        session.Security?.Credentials?.Dispose();
        session.Security?.Dispose();
        throw new MeterRefusalException(
            $"the key of client {options.Association.Client} of {meter} {why}: meters of profile {options.Profile.Name} lock themselves after {options.Profile.LocksAfter}", sparing.IsRefused ? MissReason.WrongKey : MissReason.NotYet); // nobody said that it is wrong: what waits for the meter waits on
    }

    private async ValueTask CheckIdentityAsync(MeterKnowledge knowledge, CancellationToken stop)
    {
        var name = await _visit!.GetAsync(new AttributeDescriptor(1, DeviceName, 2), null, stop).ConfigureAwait(false);
        if (name is not null && MeterReader.IdentityOf(name.Value.Span) is { } id && id != knowledge.Meter)
        {
            throw Exchanged(knowledge.Meter, id);
        }
    }

    private MeterRefusalException Exchanged(MeterId before, MeterId now) => new($"{options.Port} led to {before} and now leads to {now}: the meter was exchanged", MissReason.Exchanged);

    /// <summary>A gateway's prefix takes its octets of the longest PDU, both ways.</summary>
    private AssociationSettings OnThisPort(AssociationSettings settings) => settings with
    {
        IsOverDatagrams = _link is IDatagramLink, PrefixLength = options.Gateway?.Length ?? 0, LongestPdu = (ushort)(settings.LongestPdu - (options.Gateway?.Length ?? 0)),
    };
}
