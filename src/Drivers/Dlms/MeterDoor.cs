using System.Runtime.CompilerServices;
using System.Text;
using Drivers.Dlms.Channels;
using Drivers.Ports;
using Metering;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;

namespace Drivers.Dlms;

/// <summary>
/// The way into one meter: opens the port, asks as public client who is there and which counter it expects, then associates as the box is configured, and keeps that association until
/// it is closed.
/// </summary>
internal sealed class MeterDoor(DlmsOptions options, IKeyRing keys, ICounterStore counters, TimeProvider clock, IDriverMemory memory) : IAsyncDisposable
{
    private static readonly TimeSpan LetKeyRest = TimeSpan.FromHours(24);
    private static readonly Obis DeviceName = new(0, 0, 42, 0, 0, 255);
    private MeterKnowledge? _knowledge;
    private readonly StrongBox<int> _signedOn = new();
    private ChannelBook? _channels;
    private IPort? _link;
    private MeterVisit? _visit;
    private MeterReader? _reader;
    private (int Times, long Keys, long At) _doubted;

    /// <summary>The meter that proved itself at this port before; null for none.</summary>
    private MeterId? Remembered => MeterId.TryParse(Encoding.ASCII.GetString(memory.Load(options.Name, RememberedName).Span), out var meter) ? meter : null;

    private string RememberedName => "meter at " + options.Port;

    /// <summary>The port is open.</summary>
    internal bool IsOpen => _link is not null;

    /// <summary>The box is associated.</summary>
    internal bool HasAssociation => _reader is not null;

    /// <summary>Associations made.</summary>
    internal long Visits { get; private set; }

    /// <summary>Something that may change the meter was sent, and no answer came.</summary>
    internal bool IsUnanswered => _visit?.IsUnanswered ?? false;

    /// <summary>Finds out which meter is there.</summary>
    internal async ValueTask<MeterId> IdentifyAsync(Func<CancellationToken, ValueTask<IPort>> open, CancellationToken stop)
    {
        await OpenAsync(open, stop).ConfigureAwait(false);
        if (!options.Meter.IsNone)
        {
            _knowledge = MeterKnowledge.Load(memory, options.Name, options.Meter);
            return options.Meter;
        }

        try
        {
            await AskPublicAsync(stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException) when (Remembered is { } meter)
        {
            // It keeps one association, and holds that of a life before this one: the box knows it, and ends that association as the client it belongs to.
            _knowledge = MeterKnowledge.Load(memory, options.Name, meter);
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

        await OpenAsync(open, stop).ConfigureAwait(false);
        if (options.Meter.IsNone && options.Association.IsCiphered)
        {
            await AskPublicAsync(stop).ConfigureAwait(false);
        }

        var knowledge = _knowledge ?? throw new IOException($"the meter at {options.Port} is not known yet");
        SpareKey(knowledge.Meter);
        var session = MakeSession(knowledge.Meter);
        _visit = new MeterVisit(Channel(), session, counters, new KeyName(knowledge.Meter.Text, KeyPurpose.Guek, options.Association.Client));
        try
        {
            await _visit.AssociateAsync(knowledge.CounterHint, stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException) when (session.IsKeyDoubted)
        {
            _doubted = (_doubted.Times + 1, keys.Version, clock.GetTimestamp());
            throw;
        }

        Visits++;
        (_doubted, NeedsNewKey) = (default, session.Security?.NeedsNewKey ?? false);
        _channels = _channels?.Meter == knowledge.Meter ? _channels : ChannelBook.Load(memory, options.Name, knowledge.Meter);
        var reader = new MeterReader(_visit, knowledge, options, _channels, clock);
        await CheckIdentityAsync(knowledge, stop).ConfigureAwait(false);
        await reader.LookAtFirmwareAsync(stop).ConfigureAwait(false);
        return _reader = reader;
    }

    /// <summary>Keeps what was learned of the meter.</summary>
    internal async ValueTask KeepAsync(CancellationToken stop)
    {
        if (_knowledge is not null)
        {
            if (Remembered != _knowledge.Meter)
            {
                await memory.SaveAsync(options.Name, RememberedName, Encoding.ASCII.GetBytes(_knowledge.Meter.Text), stop).ConfigureAwait(false);
            }

            await _knowledge.SaveAsync(memory, options.Name, stop).ConfigureAwait(false);
        }

        if (_channels is not null)
        {
            await _channels.SaveAsync(memory, options.Name, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Half of the counters of the meter's key are used.</summary>
    internal bool NeedsNewKey { get; private set; }

    /// <summary>Releases what is open.</summary>
    internal async ValueTask CloseAsync()
    {
        _reader = null;
        if (_visit is { } visit)
        {
            _visit = null;
            await visit.DisposeAsync().ConfigureAwait(false);
        }

        if (_link is { } link)
        {
            (_link, _signedOn.Value) = (null, 0);
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask OpenAsync(Func<CancellationToken, ValueTask<IPort>> open, CancellationToken stop) => _link ??= await open(stop).ConfigureAwait(false);

    private IApduChannel Channel() => options.Gateway is { } gateway ? new GatewayChannel(Direct(), gateway, options.Port) : Direct();

    private IApduChannel Direct() => _link switch
    {
        IDatagramLink datagrams => new DatagramChannel(datagrams, options, clock),
        ISerialLink serial when options.Framing == DlmsFraming.ModeE => new ModeEChannel(serial, options, clock, _signedOn),
        _ when options.Framing == DlmsFraming.ModeE => throw new IOException($"{options.Port} is no tty: a sign-on in mode E changes the speed of the line"),
        ILink link when options.Framing == DlmsFraming.Hdlc => new HdlcChannel(link, options, clock),
        var link => new WrapperChannel((ILink)link!, options, clock),
    };

    /// <summary>Name and expected counter, by the client that everybody may be: hints, not proofs.</summary>
    private async ValueTask AskPublicAsync(CancellationToken stop)
    {
        var settings = OnThisPort(AssociationSettings.Public with { Server = options.Association.Server, LongestPdu = options.Association.LongestPdu });
        var visit = new MeterVisit(Channel(), new ClientSession(settings, null, default), counters, default);
        await using (visit.ConfigureAwait(false))
        {
            try
            {
                await visit.AssociateAsync(0, stop).ConfigureAwait(false);
            }
            catch (MeterRefusalException) when (_knowledge is not null)
            {
                // A meter that keeps one association may still hold the last one, whose release was lost: our own counter goes on without a hint.
                _knowledge.CounterHint = 0;
                return;
            }

            var name = await visit.GetAsync(new AttributeDescriptor(1, DeviceName, 2), null, stop).ConfigureAwait(false);
            var id = name is null ? null : MeterReader.IdentityOf(name.Value.Span);
            if (id is null)
            {
                throw new MeterRefusalException($"{DeviceName} holds no logical device name");
            }

            _knowledge = _knowledge?.Meter == id ? _knowledge : MeterKnowledge.Load(memory, options.Name, id.Value);
            if (options.Association.IsCiphered)
            {
                TakeHint(await visit.GetAsync(new AttributeDescriptor(1, options.CounterObject, 2), null, stop).ConfigureAwait(false));
            }
        }
    }

    private void TakeHint(ReadOnlyMemory<byte>? data)
    {
        if (data is null)
        {
            return; // a meter that does not tell: our own counter goes on
        }

        var reader = new AXdrReader(data.Value.Span);
        if (!reader.TryItem(out var item) || !AXdrNumbers.TryInteger(item, out var told) || told < 0 || told >= uint.MaxValue)
        {
            return;
        }

        _knowledge!.CounterHint = (uint)told + 1;
    }

    /// <summary>Meters lock themselves after a few APDUs they cannot open: the last try is left to a person, to new keys, or to another day.</summary>
    private void SpareKey(MeterId meter)
    {
        if (options.Profile.LocksAfter > 0 && _doubted.Times >= Math.Max(1, options.Profile.LocksAfter - 1) && _doubted.Keys == keys.Version && clock.GetElapsedTime(_doubted.At) < LetKeyRest)
        {
            throw new MeterRefusalException(
                $"{meter} refused the key of client {options.Association.Client} {_doubted.Times} times: wrong key or locked. It is not tried again for {LetKeyRest.TotalHours:F0} h, or until the keys change: meters of profile {options.Profile.Name} lock themselves after {options.Profile.LocksAfter}");
        }
    }

    private async ValueTask CheckIdentityAsync(MeterKnowledge knowledge, CancellationToken stop)
    {
        var name = await _visit!.GetAsync(new AttributeDescriptor(1, DeviceName, 2), null, stop).ConfigureAwait(false);
        if (name is not null && MeterReader.IdentityOf(name.Value.Span) is { } id && id != knowledge.Meter)
        {
            throw new IOException($"{options.Port} led to {knowledge.Meter} and now leads to {id}: the meter was exchanged");
        }
    }

    /// <summary>A gateway's prefix takes its octets of the longest PDU, both ways.</summary>
    private AssociationSettings OnThisPort(AssociationSettings settings) => settings with
    {
        IsOverDatagrams = _link is IDatagramLink, PrefixLength = options.Gateway?.Length ?? 0, LongestPdu = (ushort)(settings.LongestPdu - (options.Gateway?.Length ?? 0)),
    };

    private ClientSession MakeSession(MeterId meter)
    {
        var association = OnThisPort(options.Association) with { BlockWindow = options.Framing == DlmsFraming.Hdlc ? 1 : options.Association.BlockWindow }; // HDLC passes the turn with every message
        Span<byte> key = stackalloc byte[64], authentication = stackalloc byte[64], secret = stackalloc byte[64];
        ClientSecurity? security = null;
        if (association.IsCiphered || association.Mechanism == AuthenticationMechanism.Gmac)
        {
            var length = keys.Find(new KeyName(meter.Text, KeyPurpose.Guek, association.Client), key);
            var other = keys.Find(new KeyName(meter.Text, KeyPurpose.Gak, association.Client), authentication);
            if (length == 0 || other == 0)
            {
                throw new MeterRefusalException($"no key: the keys file has no guek= and gak= for {meter} dlms client={association.Client}");
            }

            security = new ClientSecurity(association, options.SystemTitle, key[..length], authentication[..other], counters, new KeyName(meter.Text, KeyPurpose.Guek, association.Client));
        }

        var purpose = association.Mechanism == AuthenticationMechanism.Low ? KeyPurpose.Lls : KeyPurpose.Hls;
        var secretLength = keys.Find(new KeyName(meter.Text, purpose, association.Client), secret);
        return new ClientSession(association, security, secret[..secretLength].ToArray());
    }
}
