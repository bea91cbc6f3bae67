using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.MBus;
using Protocols.MBus.Records;

namespace Concentrator.Cli.Frames;

/// <summary>Decodes one frame of imported hex: finds its framing, opens it with the line's key or the keys file, takes it apart.</summary>
internal sealed class FrameDecoder : IDisposable
{
    /// <summary>A wrapper PDU of the longest length, and some more.</summary>
    private const int MostDigits = 2 * 70_000;

    private readonly string _protocol;
    private readonly LineKeys _keys;
    private readonly TelegramDecoder _decoder;

    internal FrameDecoder(string protocol, IKeyRing? keys)
    {
        _protocol = protocol;
        _keys = new LineKeys(keys);
        _decoder = new TelegramDecoder(_keys, new AnyCounter());
    }

    internal FrameAnswer Decode(FrameQuestion question)
    {
        if (!TryHex(question.Hex, out var octets, out var error))
        {
            return FrameAnswer.Failed(error);
        }

        if (_protocol is "dlms")
        {
            return DlmsFrameDecoder.Decode(question, octets, PriorOf(question));
        }

        if (_protocol is "usi" || (_protocol is "auto" && UsiFrameDecoder.Looks(octets) && !DlmsFrameDecoder.Looks(octets)))
        {
            return UsiFrameDecoder.Decode(question, octets, PriorOf(question));
        }

        if (!_keys.TryUse(question.Key))
        {
            return FrameAnswer.Failed("the key wants 32 hex digits");
        }

        foreach (var prior in question.Prior ?? [])
        {
            if (TryHex(prior, out var earlier, out _))
            {
                Decode(earlier, question.Predecrypted);
            }
        }

        var answer = Decode(octets, question.Predecrypted);
        return answer.Error is not null && answer.Manufacturer.Length == 0 && _protocol == "auto" && DlmsFrameDecoder.Looks(octets) ? DlmsFrameDecoder.Decode(question, octets, PriorOf(question)) : answer;
    }

    public void Dispose() => _decoder.Dispose();

    private static List<byte[]> PriorOf(FrameQuestion question)
    {
        var prior = new List<byte[]>();
        foreach (var hex in question.Prior ?? [])
        {
            if (TryHex(hex, out var octets, out _))
            {
                prior.Add(octets);
            }
        }

        return prior;
    }

    private FrameAnswer Decode(byte[] octets, bool predecrypted)
    {
        var bare = new byte[octets.Length];
        if (_protocol is "auto" or "mbus")
        {
            if (LinkFrame.IsWiredLong(octets))
            {
                return Answer(_decoder.DecodeWired(octets, 0, predecrypted), FrameFormat.Wired, predecrypted);
            }

            if (LinkFrame.IsWiredShort(octets))
            {
                return new FrameAnswer { Protocol = "mbus", Frame = "wired", Layers = [octets[0] == 0xE5 ? "ACK" : ControlField.Name(octets[1])] };
            }
        }

        if (_protocol is "auto" or "wmbus")
        {
            var length = LinkFrame.StripA(octets, bare);
            var format = FrameFormat.A;
            if (length == 0)
            {
                (length, format) = (LinkFrame.StripB(octets, bare), FrameFormat.B);
            }

            if (length == 0 && octets.Length > LinkFrame.HeaderLength && octets[0] == octets.Length - 1)
            {
                octets.CopyTo(bare, 0);
                (length, format) = (octets.Length, FrameFormat.Bare);
            }

            if (length > 0)
            {
                return Answer(_decoder.Decode(bare.AsSpan(0, length), 0, predecrypted), format, predecrypted);
            }
        }

        return FrameAnswer.Failed(_protocol == "mbus"
            ? "no wired M-Bus frame: 68 L L 68 .. CS 16 with a fitting checksum, E5, or 10 C A CS 16 was expected"
            : $"no frame: tried wired M-Bus (68 L L 68), wM-Bus format A and B (CRCs do not hold) and bare wM-Bus (L = {(octets.Length > 0 ? octets[0] : 0)}, {octets.Length - 1} octets follow)");
    }

    private FrameAnswer Answer(Fault? fault, FrameFormat format, bool predecrypted)
    {
        ref readonly var layers = ref _decoder.Layers;
        var meter = layers.Meter;
        return new FrameAnswer
        {
            Error = fault?.Sentence,
            Protocol = format == FrameFormat.Wired ? "mbus" : "wmbus",
            Frame = format == FrameFormat.Bare ? "bare" : format == FrameFormat.Wired ? "wired" : format.ToString(),
            Manufacturer = MeterId.FlagLetters(meter.Manufacturer),
            Id = meter.Number.ToString("X8", System.Globalization.CultureInfo.InvariantCulture),
            Version = meter.Version,
            Type = meter.Type,
            Media = DeviceType.Name(meter.Type),
            Access = layers.Header != TransportHeader.None || layers.Ell != 0 ? layers.Access : null,
            Status = layers.Status,
            Flags = [.. QualityTable.Names(Protocols.MBus.StatusOctet.Flags(layers.Status))],
            Layers = [.. LayerNames(layers)],
            SecurityMode = layers.EllEncrypted ? -1 : layers.Mode,
            SecurityState = StateOf(fault, layers, predecrypted),
            Records = [.. ToAnswers(meter.Type)],
            MoreFollow = _decoder.MoreFollow,
            Undecoded = _decoder.Tail.IsEmpty ? null : Convert.ToHexString(_decoder.Tail.Span),
        };
    }

    private List<RecordAnswer> ToAnswers(byte deviceType)
    {
        var answers = new List<RecordAnswer>();
        foreach (ref readonly var record in _decoder.Records)
        {
            var obis = ReadingMeaning.Obis(deviceType, record);
            var value = record.Value;
            answers.Add(new RecordAnswer(
                record.Quantity, NumberOf(value), record.Unit.WireText, obis.IsNone ? null : obis.ToString(),
                record.Storage, record.Tariff, record.Subunit, record.Function.ToString().ToLowerInvariant(),
                record.Name is null ? Convert.ToHexString(_decoder.Plain.Span.Slice(record.DibAt, record.DibLength)) : null, Convert.ToHexString(_decoder.Plain.Span.Slice(record.DataAt, record.DataLength)),
                value.Kind is ValueKind.Text or ValueKind.Octets or ValueKind.Bits ? value.ToString() : null, value.Kind == ValueKind.Instant ? value.ToString() : null,
                record.Labels == RecordLabels.None ? [] : record.Labels.ToString().Split(", "), record.Error ?? InvalidTime(value), record.Name));
        }

        return answers;
    }

    /// <summary>A time keeps its fields as sent, also where the meter marks it as invalid.</summary>
    private static string? InvalidTime(in Value value) =>
        value.Kind == ValueKind.Instant && (value.AsInstant.Flags & DeviceTimeFlags.Invalid) != 0 ? "invalid: the meter says its time is not valid" : null;

    /// <summary>Bits are shown as a number too: error flags are often named by it.</summary>
    private static string? NumberOf(in Value value) => value.Kind switch
    {
        ValueKind.Decimal or ValueKind.Real => value.ToString(),
        ValueKind.Bits when value.AsOctets.Length is > 0 and <= 8 =>
            value.AsOctets.ToArray().Reverse().Aggregate(0UL, (number, octet) => (number << 8) | octet).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };

    private string StateOf(Fault? fault, in TelegramLayers layers, bool predecrypted) => fault?.Kind switch
    {
        FaultKind.NoKey => "no-key",
        FaultKind.WrongKey => "wrong-key",
        FaultKind.MacFailed => "mac-failed",
        FaultKind.Replayed => "replayed",
        FaultKind.Unsupported when layers.Mode != 0 && !_decoder.Decrypted => "unsupported",
        _ when _decoder.Decrypted => "decrypted",
        _ when predecrypted && (layers.EllEncrypted || layers.Mode != 0) => "predecrypted",
        _ => "clear",
    };

    private static List<string> LayerNames(in TelegramLayers layers)
    {
        var names = new List<string>();
        if (layers.Ell != 0)
        {
            names.Add("ELL" + (layers.Ell - 0x8B));
        }

        if (layers.Afl != 0)
        {
            names.Add("AFL");
        }

        names.Add(layers.Header switch { TransportHeader.Short => "TPL short", TransportHeader.Long => "TPL long", _ => "TPL none" });
        return names;
    }

    private static bool TryHex(string? text, out byte[] octets, out string error)
    {
        (octets, error) = ([], "");
        var digits = string.Concat((text ?? "").Where(character => character is not (' ' or '\t' or '_' or ':' or '|')));
        if (digits.Length == 0 || digits.Length % 2 != 0 || digits.Length > MostDigits || !digits.All(char.IsAsciiHexDigit))
        {
            error = digits.Length % 2 != 0 ? $"{digits.Length} hex digits: an odd number" : $"no hex: 2 to {MostDigits} digits of 0-9 and A-F are expected";
            return false;
        }

        octets = Convert.FromHexString(digits);
        return true;
    }

    /// <summary>Replays cannot be judged on single frames.</summary>
    private sealed class AnyCounter : ICounterStore
    {
        public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

        public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => throw new InvalidOperationException("nothing is sent");
    }
}
