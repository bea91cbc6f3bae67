using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.MBus.Records;
using Protocols.MBus.Security;

namespace Protocols.MBus;

/// <summary>
/// Takes one bare telegram to records, layer by layer, in a buffer of its own that is used again: nothing is allocated. Not thread-safe; what it shows holds until the next
/// telegram.
/// </summary>
public sealed class TelegramDecoder(IKeyRing ring, ICounterStore counters) : IDisposable
{
    private const byte MoreRecords = 0x1F;

    private readonly KeyCache _keys = new(ring);
    private readonly FormatTable _formats = new();
    private readonly byte[] _telegram = new byte[1024];
    private readonly Lazy<byte[]> _message = new(() => new byte[Fragments.LongestHead + Fragments.LongestMessage]);
    private readonly Fragments _fragments = new();
    private readonly byte[] _rebuilt = new byte[1024];
    private readonly MBusRecord[] _records = new MBusRecord[RecordReader.Most];
    private TelegramLayers _layers;
    private byte[] _plain = [];
    private int _length;

    /// <summary>What the layers say.</summary>
    public ref readonly TelegramLayers Layers => ref _layers;

    /// <summary>The records; empty where there is a fault, or none are in it.</summary>
    public ReadOnlySpan<MBusRecord> Records => _records.AsSpan(0, RecordCount);

    /// <summary>How many records.</summary>
    public int RecordCount { get; private set; }

    /// <summary>A record as a reading: what it is and its value. Points into the decoder's octets, as the record does.</summary>
    public Reading ReadingAt(int record) => ToReadings.Of(this, record);

    /// <summary>The octets the records point into.</summary>
    public ReadOnlyMemory<byte> Plain { get; private set; }

    /// <summary>Octets that no record explains.</summary>
    public ReadOnlyMemory<byte> Tail { get; private set; }

    /// <summary>The last record did not fit; those before stand.</summary>
    public bool Truncated { get; private set; }

    /// <summary>The meter has more records, in its next telegram (DIF 1F).</summary>
    public bool MoreFollow => Tail is { IsEmpty: false } && Tail.Span[0] == MoreRecords && RecordCount > 0;

    /// <summary>A layer was encrypted and is open now.</summary>
    public bool Decrypted { get; private set; }

    /// <summary>A MAC was checked and held.</summary>
    public bool Authenticated { get; private set; }

    /// <summary>What the telegram is where it carries no records: <c>SND-IR</c>, <c>alarm</c>; else null.</summary>
    public string? Service { get; private set; }

    /// <summary>All fragments of the message as heard, one behind the other; empty where the telegram was whole by itself.</summary>
    public ReadOnlyMemory<byte> Whole { get; private set; }

    /// <summary>Decodes. Null where all is well; else why there are no records.</summary>
    /// <param name="telegram">Bare, from the L field.</param>
    /// <param name="contentHash">Tells a copy from a replay where a counter is equal.</param>
    /// <param name="predecrypted">The body is already clear although the header says encrypted: for telegrams out of others' logs.</param>
    public Fault? Decode(ReadOnlySpan<byte> telegram, ulong contentHash, bool predecrypted = false)
    {
        Forget();
        if (telegram.Length > _plain.Length)
        {
            return new Fault(FaultKind.Malformed, $"{telegram.Length} octets are more than any telegram has");
        }

        telegram.CopyTo(_plain);
        _length = telegram.Length;
        return OpenLink(predecrypted) ?? Gather(telegram) ?? OpenTransport(contentHash, predecrypted) ?? ReadApplication();
    }

    /// <summary>Decodes a wired long frame: 68 L L 68, C, A, CI, data, check sum, 16. Its meter is known by a long transport header only.</summary>
    /// <param name="frame">Whole, its lengths and check sum already judged.</param>
    /// <param name="contentHash">Tells a copy from a replay where a counter is equal.</param>
    /// <param name="predecrypted">The body is already clear although the header says encrypted.</param>
    public Fault? DecodeWired(ReadOnlySpan<byte> frame, ulong contentHash = 0, bool predecrypted = false)
    {
        Forget();
        var content = frame[4..^2];
        content.CopyTo(_plain);
        _length = content.Length;
        if (content.Length < 3)
        {
            return new Fault(FaultKind.Malformed, "the frame has no CI field");
        }

        _layers.Wired = true;
        _layers.Control = content[0];
        _layers.Transport = Fragments.HeadOf(_layers);
        if (!ControlField.IsFromMeter(content[0]))
        {
            return new Fault(FaultKind.Unsupported, $"{ControlField.Name(content[0])} (CI {content[2]:X2}) is said to a meter: it carries no values");
        }

        if (content[2] == 0x73)
        {
            var fault = Malformed(FixedStructure.Read(_plain.AsSpan(0, content.Length), 3, ref _layers, _records));
            (RecordCount, Plain) = fault is null ? (2, _plain.AsMemory(0, content.Length)) : (0, default);
            return fault;
        }

        return Gather(frame) ?? OpenTransport(contentHash, predecrypted) ?? ReadApplication() ?? WiredComplaint();
    }

    /// <summary>The check sum held, so what does not fit was sent so: the meter's own mistake, or its refusal.</summary>
    private Fault? WiredComplaint() =>
        Truncated ? new Fault(FaultKind.Malformed, $"the record at octet {Plain.Length - Tail.Length + 4} does not fit: it runs beyond the end, or has more than ten DIFE or VIFE")
        : Service == ApplicationError.Name ? new Fault(FaultKind.Unsupported, ApplicationError.Sentence(Tail.Span))
        : null;

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private void Forget()
    {
        (RecordCount, Plain, Tail, Truncated, Decrypted, Authenticated, Service) = (0, default, default, false, false, false, null);
        (_layers, _plain, Whole) = (default, _telegram, default);
    }

    private Fault? OpenLink(bool predecrypted)
    {
        var octets = _plain.AsSpan(0, _length);
        var fault = Malformed(LayerReader.ReadLink(octets, ref _layers) ?? LayerReader.ReadExtendedLink(octets, ref _layers));
        if (fault is not null || _layers.EllPayload == 0)
        {
            return fault;
        }

        if (!(predecrypted && _layers.EllEncrypted))
        {
            fault = TelegramOpener.OpenExtendedLink(_plain, _length, _layers, _layers.EllEncrypted ? _keys.Find(_layers.Link, 0) : null);
            Decrypted = fault is null && _layers.EllEncrypted;
            Tail = fault?.Kind == FaultKind.NoKey ? _plain.AsMemory(_layers.EllPayload, _length - _layers.EllPayload) : default;
        }

        return fault;
    }

    /// <summary>The authentication and fragmentation layer: a fragment waits for the others; with the last, the message they make takes the telegram's place.</summary>
    private Fault? Gather(ReadOnlySpan<byte> telegram)
    {
        if (_layers.Transport >= _length)
        {
            return new Fault(FaultKind.Malformed, "the telegram ends before its CI field");
        }

        var fault = Malformed(LayerReader.ReadFragmentation(_plain.AsSpan(0, _length), ref _layers));
        if (fault is not null || (_layers.AflControl & 0x40FF) == 0)
        {
            return fault;
        }

        var message = _message.Value;
        fault = Malformed(_fragments.Take(telegram, _plain.AsSpan(0, _length), _layers, message, out var length, out var raw));
        if (fault is not null || length == 0)
        {
            Service = $"fragment {_layers.AflControl & 0xFF} of a longer message";
            return fault;
        }

        (_plain, _length, Whole) = (message, length, raw);
        (_layers.Transport, _layers.Counter, _layers.MacAt, _layers.MessageLengthAt) = (Fragments.HeadOf(_layers), null, 0, 0);
        return Malformed(LayerReader.ReadFragmentation(_plain.AsSpan(0, _length), ref _layers));
    }

    private Fault? OpenTransport(ulong contentHash, bool predecrypted)
    {
        if (Service is not null)
        {
            return null;
        }

        var fault = Malformed(LayerReader.ReadTransport(_plain.AsSpan(0, _length), ref _layers));
        if (fault is not null)
        {
            return fault;
        }

        if (!ControlField.IsFromMeter(_layers.Control))
        {
            Service = ControlField.Name(_layers.Control);
            return null;
        }

        if (Decrypted && Replayed(-1, _layers.SessionNumber, contentHash) is { } replay)
        {
            return replay; // the extended link layer was open: its session number was under the cipher's check
        }

        if (_layers is { Mode: 0, MacAt: 0 } || (predecrypted && _layers.Mode is 0 or 5 or 7))
        {
            return null;
        }

        fault = TelegramOpener.Unsupported(_layers.Mode, _layers.KeyDerivation) ?? OpenApplication(contentHash);
        if (fault?.Kind is FaultKind.Unsupported or FaultKind.NoKey)
        {
            Tail = _plain.AsMemory(_layers.Payload, _length - _layers.Payload);
        }

        return fault;
    }

    private Fault? OpenApplication(ulong contentHash)
    {
        var key = _keys.Find(_layers.Meter, _layers.KeyId);
        if (_layers.MacAt != 0 && key is not null)
        {
            var fault = TelegramOpener.CheckMac(_plain.AsSpan(0, _length), _layers, key);
            if (fault is not null)
            {
                return fault;
            }

            Authenticated = true;
            fault = _layers.Counter is { } counter ? Replayed(_layers.Mode, counter, contentHash) : null;
            if (fault is not null)
            {
                return fault;
            }
        }

        var encrypted = _layers.Mode == 0 ? 0 : TelegramOpener.EncryptedLength(_length, _layers);
        if (encrypted == 0)
        {
            return null;
        }

        var opened = TelegramOpener.OpenBlocks(_plain, _length, encrypted, _layers, key);
        Decrypted = opened is null;
        return opened;
    }

    private Fault? Replayed(int mode, uint counter, ulong contentHash) =>
        counters.Accept(CounterName.Of(_layers.Meter.ToMeterId().Text, mode, _layers.KeyId), counter, contentHash) == CounterVerdict.Replayed
            ? new Fault(FaultKind.Replayed, $"{(mode < 0 ? "session number" : "message counter")} {counter} was used before: the telegram is a replay, or another device sends under this identity")
            : null;

    private Fault? ReadApplication()
    {
        if (Service is not null)
        {
            return null;
        }

        var kind = CiField.Of(_plain[_layers.Transport]).Kind;
        switch (kind)
        {
            case ApplicationKind.Records:
                ReadRecords(_plain.AsMemory(0, _length), _layers.Payload);
                _formats.Learn(_layers.Meter, Plain.Span, Records);
                return null;
            case ApplicationKind.CompactFrame:
                return ReadCompact();
            case ApplicationKind.Empty or ApplicationKind.ApplicationError or ApplicationKind.Alarm or ApplicationKind.ToMeter or ApplicationKind.Service:
                Service = kind switch
                {
                    ApplicationKind.Empty => ControlField.Name(_layers.Control),
                    ApplicationKind.ApplicationError => ApplicationError.Name,
                    ApplicationKind.Alarm => "alarm",
                    _ => "service message",
                };
                Tail = _plain.AsMemory(_layers.Payload, _length - _layers.Payload);
                return null;
            default:
                Tail = _plain.AsMemory(_layers.Payload, _length - _layers.Payload);
                return new Fault(FaultKind.Unsupported, $"CI field {_plain[_layers.Transport]:X2} ({kind switch
                {
                    ApplicationKind.Maker => "the maker's own layout",
                    ApplicationKind.Dlms => "DLMS",
                    ApplicationKind.FormatFrame => "format frame",
                    _ => "not in the standard",
                }}) is not decoded by this version");
        }
    }

    private Fault? ReadCompact()
    {
        var compact = _plain.AsSpan(_layers.Payload, _length - _layers.Payload);
        if (_layers.Mode is 5 or 7 && compact is [0x2F, 0x2F, ..])
        {
            compact = compact[2..]; // the mark of a fitting key stands in front of the signature
        }

        var rebuilt = _formats.Rebuild(_layers.Meter, compact, _rebuilt);
        if (rebuilt <= 0)
        {
            Tail = _plain.AsMemory(_layers.Payload, _length - _layers.Payload);
            return rebuilt == 0
                ? new Fault(FaultKind.FormatUnknown, "compact frame: its record headers are not known yet; they come with the meter's next full frame")
                : new Fault(FaultKind.BadChecksum, "compact frame: the rebuilt frame's CRC does not hold");
        }

        ReadRecords(_rebuilt.AsMemory(0, rebuilt), 0);
        return null;
    }

    private void ReadRecords(ReadOnlyMemory<byte> plain, int at)
    {
        RecordCount = RecordReader.Read(plain, at, _records, out var tail, out var truncated);
        (Plain, Tail, Truncated) = (plain, plain[tail..], truncated);
    }

    private static Fault? Malformed(string? sentence) => sentence is null ? null : new Fault(FaultKind.Malformed, sentence);
}
