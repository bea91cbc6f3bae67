using System.Buffers;
using System.Buffers.Binary;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;
using Protocols.P1;

namespace Protocols.Dlms.Push;

/// <summary>
/// What every port that listens hands its messages to: an APDU, in the wrapper or bare, or a P1 telegram; ciphered or clear. Messages in, driver events out. One per driver, not
/// thread-safe; it remembers which alarms stand, bounded.
/// </summary>
public sealed class PushReceiver(PushOptions options, IKeyRing keys, ICounterStore counters) : IDisposable
{
    private const int MostAlarms = 20_000, MostOctets = 64 * 1024;
    private const uint Confirmed = 0x4000_0000;
    private readonly PushKeys _keys = new(keys);
    private readonly Dictionary<(MeterId, Obis), ulong> _alarms = [];
    private readonly PushBody _body = new();

    /// <summary>Takes one message whole.</summary>
    /// <param name="octets">Kept with the readings: owned by the caller for ever.</param>
    /// <param name="peer">Who is at the other end.</param>
    public PushTaken Receive(ReadOnlyMemory<byte> octets, PushPeer peer, LinkFacts link, BoxTime at)
    {
        var raw = new RawFrame(octets.Length > MostOctets ? octets[..MostOctets] : octets, link, at, RowInstant.ContentHash(octets.Span));
        var apdu = octets;
        if (octets.Length > WrapperFrame.HeaderSize && BinaryPrimitives.ReadUInt16BigEndian(octets.Span) == WrapperFramer.Version)
        {
            peer.Client = BinaryPrimitives.ReadUInt16BigEndian(octets.Span[4..]);
            apdu = octets[WrapperFrame.HeaderSize..];
        }

        return !apdu.IsEmpty && apdu.Span[0] == P1Telegram.Slash
            ? ReceiveP1(apdu, peer, raw, SecurityFacts.Clear, default)
            : Open(apdu, peer, raw);
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private PushTaken Open(ReadOnlyMemory<byte> apdu, PushPeer peer, RawFrame raw)
    {
        if (!apdu.IsEmpty && apdu.Span[0] is (byte)ApduTag.DataNotification)
        {
            return Notify(apdu, peer, raw, new Sender(default, null, "", 0), SecurityFacts.Clear);
        }

        switch (Pdu.Read(apdu, out var fault))
        {
            case EventNotification told:
                return Tell(told, peer, raw, new Sender(default, null, "", 0), SecurityFacts.Clear);
            case GeneralCiphered { IsDedicated: false } ciphered:
                return Decipher(ciphered, peer, raw);
            case GeneralBlockTransfer block:
                return Join(block, peer, raw);
            case null:
                return Reject(peer.Meter, raw, FaultKind.Malformed, $"the message is no APDU: {fault}");
            case var other:
                return Reject(peer.Meter, raw, FaultKind.Unsupported, $"a {other.Name} is no push that is read");
        }
    }

    /// <summary>A block of a longer push; the last one makes it whole, and that is what is kept.</summary>
    private PushTaken Join(GeneralBlockTransfer block, PushPeer peer, RawFrame raw)
    {
        var whole = peer.Blocks.Take(block, out var fault).ToArray();
        return fault is not null ? Reject(peer.Meter, raw, FaultKind.Malformed, fault)
            : whole.Length == 0 || whole[0] == (byte)ApduTag.GeneralBlockTransfer ? new PushTaken([], default, 0, null, false)
            : Open(whole, peer, raw with { Octets = whole, ContentHash = RowInstant.ContentHash(whole) });
    }

    private PushTaken Decipher(GeneralCiphered ciphered, PushPeer peer, RawFrame raw)
    {
        var title = ciphered.SystemTitle;
        if (title.Length != CipheredContent.TitleSize)
        {
            return Reject(peer.Meter, raw, FaultKind.Unsupported, "a ciphered push without system title: nobody knows whose key opens it");
        }

        var content = ciphered.Content.Span;
        var sender = MeterIdText.OfTitle(title.Span);
        var named = options.Meter.IsNone ? sender : options.Meter;
        string[] devices = options.Meter.IsNone ? [sender.Text] : [options.Meter.Text, sender.Text];
        int[] clients = [peer.Client, options.Client];
        var cipher = _keys.Find(devices, clients, content[0], out var device, out var client, out var missing);
        if (cipher is null)
        {
            return Reject(named, raw, FaultKind.NoKey, $"no key: the keys file has no {missing} for {string.Join(" or ", devices)} dlms client={options.Client}");
        }

        var plain = new byte[content.Length];
        if (cipher.Open(content, title.Span, plain, out var length) is { } refusal)
        {
            return Reject(named, raw, (content[0] & CipheredContent.Compressed) != 0 ? FaultKind.Unsupported : FaultKind.WrongKey, refusal);
        }

        var inner = plain.AsMemory(0, length);
        var counter = BinaryPrimitives.ReadUInt32BigEndian(content[1..]);
        var facts = new SecurityFacts(
            16 + (content[0] & CipheredContent.SuiteMask), (uint)client, counter, (content[0] & CipheredContent.Encrypted) != 0, (content[0] & CipheredContent.Authenticated) != 0);
        var from = new Sender(title, content[0], device, client);
        return inner.IsEmpty ? Reject(named, raw, FaultKind.Malformed, "the ciphered push is empty")
            : inner.Span[0] == P1Telegram.Slash ? ReceiveP1(inner, peer, raw, facts, from)
            : inner.Span[0] == (byte)ApduTag.DataNotification ? Notify(inner, peer, raw, from, facts)
            : Pdu.Read(inner, out var fault) is EventNotification told ? Tell(told, peer, raw, from, facts)
            : Reject(named, raw, facts.Authenticated ? FaultKind.Unsupported : FaultKind.WrongKey, $"what was deciphered is no push{(fault is null ? "" : ": " + fault)}{(facts.Authenticated ? "" : "; the key does not fit, or the meter's sense was changed")}");
    }

    /// <summary>DATA-NOTIFICATION, whose body is not always A-XDR: only its head is read here.</summary>
    private PushTaken Notify(ReadOnlyMemory<byte> apdu, PushPeer peer, RawFrame raw, in Sender from, SecurityFacts facts)
    {
        if (!NotificationHead.TryRead(apdu, out var head))
        {
            return Reject(NameOf(null, null, from, peer), raw, FaultKind.Malformed, "the data-notification ends inside its head");
        }

        var fault = _body.Read(head.Body.Span, from.Title.Span, options.Layouts, options.Objects);
        var confirm = (head.Id.Octets & Confirmed) != 0 ? new PushConfirm(head.Id, from.Control, from.KeyDevice, from.Client) : null;
        if (fault is not null)
        {
            // What was encrypted and not authenticated, and makes no sense, was most likely opened by a wrong key.
            var kind = facts is { Encrypted: true, Authenticated: false } ? FaultKind.WrongKey : FaultKind.FormatUnknown;
            return Reject(NameOf(null, null, from, peer), raw, kind, fault);
        }

        return Finish(new PushReadings(head.Body.Span, _body.Values, head.At.Span, options.Profile), peer, raw, from, facts, confirm);
    }

    private PushTaken Tell(EventNotification told, PushPeer peer, RawFrame raw, in Sender from, SecurityFacts facts)
    {
        var attribute = told.Attribute;
        var value = new PushValue(new Model.CaptureObject(attribute.ClassId, attribute.Instance, (byte)attribute.Attribute, 0), 0, told.Data.Length, null);
        return Finish(new PushReadings(told.Data.Span, [value], (told.At ?? default).Span, options.Profile), peer, raw, from, facts, null);
    }

    private PushTaken Finish(PushReadings read, PushPeer peer, RawFrame raw, in Sender from, SecurityFacts facts, PushConfirm? confirm)
    {
        var meter = NameOf(read.Name, read.Number, from, peer);
        if (meter.IsNone)
        {
            return Reject(default, raw, FaultKind.FormatUnknown, "the push names no meter: set meter = \"..\" for this driver, or let the meter push 0-0:42.0.0*255");
        }

        if (Judge(meter, facts, raw, confirm) is { } refused)
        {
            return refused;
        }

        peer.Meter = meter;
        return Taken(meter, read.ToBlocks(meter, raw.Octets.Span, raw.At.Utc), EventsOf(meter, read, raw.At), raw, facts, confirm);
    }

    private PushTaken ReceiveP1(ReadOnlyMemory<byte> octets, PushPeer peer, RawFrame raw, SecurityFacts facts, in Sender from)
    {
        var (telegram, input) = (octets, new ReadOnlySequence<byte>(octets));
        if (facts.Encrypted)
        {
            var framer = new P1Framer(); // inside a ciphered push nothing has looked at it yet
            framer.LineIdle();
            if (framer.Read(ref input, out var found, out var why) != FrameRead.Got)
            {
                return Reject(NameOf(null, null, from, peer), raw, FaultKind.WrongKey, $"what was deciphered is no whole P1 telegram ({why})");
            }

            telegram = found.Octets;
        }

        var read = P1Reader.Read(telegram.Span, new P1Options(options.Meter, options.Profile, options.OffsetMinutes), raw.At.Utc, out var fault);
        if (read is null && NameOf(null, null, from, peer) is { IsNone: false } known)
        {
            read = P1Reader.Read(telegram.Span, new P1Options(known, options.Profile, options.OffsetMinutes), raw.At.Utc, out fault);
        }

        if (read is null)
        {
            return Reject(default, raw, FaultKind.FormatUnknown, fault!);
        }

        if (Judge(read.Meter, facts, raw, null) is { } refused)
        {
            return refused;
        }

        peer.Meter = read.Meter;
        return Taken(read.Meter, read.Blocks, read.Events, raw, facts, null);
    }

    /// <summary>
    /// Holds the counter against those before; null where it is fresh. What was encrypted and not authenticated comes here only when its plain text made sense: a counter that was
    /// tampered with gives another key stream, and no sense.
    /// </summary>
    private PushTaken? Judge(MeterId meter, SecurityFacts facts, RawFrame raw, PushConfirm? confirm) => facts.Counter is not { } counter ? null
        : counters.Accept(keys.CountersOf(meter.Text, (int)facts.KeyId), counter, raw.ContentHash) switch
        {
            CounterVerdict.Fresh => null,
            CounterVerdict.Duplicate => new PushTaken([], meter, raw.ContentHash, confirm, IsCopy: true),
            _ => Reject(meter, raw, FaultKind.Replayed, $"invocation counter {counter} was used before: the push is a replay") with { Confirm = confirm, IsReplay = true },
        };

    private PushTaken Taken(MeterId meter, IReadOnlyList<ReadingBlock> blocks, IReadOnlyList<MeterEvent> events, RawFrame raw, SecurityFacts facts, PushConfirm? confirm)
    {
        var told = new List<DriverEvent>();
        for (var i = 0; i < Math.Max(1, blocks.Count); i++)
        {
            var block = i < blocks.Count ? blocks[i] : null;
            var copy = i == 0 ? raw : raw with { ContentHash = raw.ContentHash + (ulong)i }; // several blocks of one message are no copies of one another
            told.Add(new DriverEvent.Pushed(block?.Meter ?? meter, block, copy, facts) { Events = i == 0 ? events : [], Repeats = options.Repeats });
        }

        return new PushTaken(told, meter, raw.ContentHash, confirm, false);
    }

    /// <summary>Bits of alarm registers that rose since the last push, and events with numbers.</summary>
    private List<MeterEvent> EventsOf(MeterId meter, PushReadings read, BoxTime received)
    {
        var events = new List<MeterEvent>();
        var at = read.At ?? OfBox(received);
        foreach (var (log, number) in read.Events)
        {
            events.Add(new MeterEvent(log, number, options.Profile.EventSet, at, 0, options.Profile.EventText(number)));
        }

        foreach (var (name, bits) in read.Alarms)
        {
            var rose = bits & ~_alarms.GetValueOrDefault((meter, name));
            if (_alarms.Count < MostAlarms || _alarms.ContainsKey((meter, name)))
            {
                _alarms[(meter, name)] = bits;
            }

            for (var bit = 0; bit < 64; bit++)
            {
                if ((rose >> bit & 1) != 0)
                {
                    events.Add(new MeterEvent(name, bit, options.Profile.EventSet, at, 0, options.Profile.AlarmText(bit)));
                }
            }
        }

        return events;
    }

    /// <summary>A push without time is an event of now, by the box's clock; nothing is known while that is unset.</summary>
    private static DeviceTime OfBox(BoxTime received) => received.Utc is { } utc ? Model.CosemTime.Of(utc, 0, false) : default;

    private MeterId NameOf(MeterId? name, MeterId? number, in Sender from, PushPeer peer) =>
        name ?? (!options.Meter.IsNone ? options.Meter : !from.Title.IsEmpty ? MeterIdText.OfTitle(from.Title.Span) : number ?? peer.Meter);

    private static PushTaken Reject(MeterId meter, RawFrame raw, FaultKind kind, string sentence) => PushTaken.Of(new DriverEvent.Rejected(meter, raw, new Fault(kind, sentence)));

    /// <summary>Who sent it, as far as its protection tells.</summary>
    private readonly record struct Sender(ReadOnlyMemory<byte> Title, byte? Control, string KeyDevice, int Client);
}
