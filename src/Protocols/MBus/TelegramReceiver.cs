using Metering;
using Metering.Driver;
using Metering.Keys;

namespace Protocols.MBus;

/// <summary>
/// What every wM-Bus radio hands its telegrams to: bare telegram in, driver event out. One per driver, not thread-safe; remembers record layouts and which meters were heard
/// encrypted, bounded.
/// </summary>
public sealed class TelegramReceiver(IKeyRing keys, ICounterStore counters) : IDisposable
{
    private const int Most = 50_000, MostOctets = 1024;
    private readonly TelegramDecoder _decoder = new(keys, counters);
    private readonly HashSet<ulong> _heardEncrypted = [];

    /// <summary>Takes one telegram, or the fragments of one message again, one behind the other, as they stand in the ledger.</summary>
    /// <param name="telegram">From the L field, link CRCs removed; not kept unless it is owned by the caller for ever.</param>
    /// <param name="link">How it arrived.</param>
    /// <param name="at">When.</param>
    public DriverEvent Receive(ReadOnlyMemory<byte> telegram, LinkFacts link, BoxTime at)
    {
        var whole = telegram;
        while (!telegram.IsEmpty && telegram.Length > telegram.Span[0] + 1 && AreTelegrams(telegram.Span))
        {
            _decoder.Decode(telegram.Span[..(telegram.Span[0] + 1)], 0);
            telegram = telegram[(telegram.Span[0] + 1)..];
        }

        if (telegram.Length > MostOctets)
        {
            return new DriverEvent.Rejected(default, new RawFrame(telegram[..MostOctets].ToArray(), link, at, 0), new Fault(FaultKind.Malformed, $"{telegram.Length} octets are more than any telegram has"));
        }

        var hash = TelegramIdentity.ContentHash(telegram.Span);
        var fault = _decoder.Decode(telegram.Span, hash);
        var raw = new RawFrame(_decoder.Whole.IsEmpty ? whole : _decoder.Whole, link, at, hash);
        var meter = _decoder.Layers.Meter;
        if (meter == default)
        {
            return new DriverEvent.Rejected(default, raw, fault ?? new Fault(FaultKind.Malformed, "no address"));
        }

        if (!ControlField.IsFromMeter(_decoder.Layers.Control))
        {
            return new DriverEvent.Rejected(default, raw, new Fault(FaultKind.Unsupported, $"{ControlField.Name(_decoder.Layers.Control)} of a collector, not of a meter"));
        }

        if (fault is not null)
        {
            return new DriverEvent.Rejected(meter.ToMeterId(), raw, fault);
        }

        if (_decoder.RecordCount == 0)
        {
            return new DriverEvent.MeterHeard(meter.ToMeterId(), raw, _decoder.Service ?? "no records");
        }

        var block = ToReadings.Block(_decoder, TelegramIdentity.Instant(telegram.Span, at.Utc));
        return new DriverEvent.ReadingsTaken(Mark(block, meter), raw, SecurityOf());
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    /// <summary>True where telegrams stand one behind the other and fill the octets.</summary>
    private static bool AreTelegrams(ReadOnlySpan<byte> telegrams)
    {
        while (telegrams.Length > telegrams[0] + 1)
        {
            telegrams = telegrams[(telegrams[0] + 1)..];
        }

        return telegrams.Length == telegrams[0] + 1;
    }

    /// <summary>
    /// A clear telegram of a meter that was heard encrypted is a downgrade, and so is one of mode 7 that lost its MAC, which that mode never goes without: delivered, marked.
    /// </summary>
    private ReadingBlock Mark(ReadingBlock block, DeviceAddress meter)
    {
        if (_decoder.Decrypted)
        {
            if (_heardEncrypted.Count < Most)
            {
                _heardEncrypted.Add(meter.Packed);
            }

            return _decoder.Layers.Mode == 7 && !_decoder.Authenticated ? block.WithFlags(StatusFlags.Downgrade) : block;
        }

        return _heardEncrypted.Contains(meter.Packed) ? block.WithFlags(StatusFlags.Downgrade) : block;
    }

    private SecurityFacts SecurityOf()
    {
        ref readonly var layers = ref _decoder.Layers;
        return !_decoder.Decrypted && !_decoder.Authenticated
            ? SecurityFacts.Clear
            : new SecurityFacts(layers.EllEncrypted ? -1 : layers.Mode, layers.KeyId, layers.EllEncrypted ? layers.SessionNumber : layers.Counter, _decoder.Decrypted, _decoder.Authenticated);
    }
}
