namespace Metering.Ledger;

/// <summary>Where a meter stands in its life; numbers are the ledger format.</summary>
public enum MeterStage : byte
{
    /// <summary>A shipment list or a person named it; it was not heard yet.</summary>
    Expected = 0,
    /// <summary>It was heard, or joined a network.</summary>
    Joined = 1,
    /// <summary>Another one hangs in its place.</summary>
    Exchanged = 2,
    /// <summary>It is no meter of this box any more.</summary>
    Retired = 3,
}

/// <summary>What an exchanged meter said last of one quantity, and what proves it.</summary>
/// <param name="Key">Key of the row it stands in.</param>
/// <param name="Column">Id of its column.</param>
/// <param name="At">Its time, as the row has it, or null.</param>
/// <param name="Value">Exact integer, times 10^<paramref name="Scaler"/>.</param>
/// <param name="Unit">Unit symbol.</param>
/// <param name="Sequence">Where it stands in the ledger.</param>
/// <param name="ChainHash">Hash of the seal that covers it, in hex; empty where none was there any more.</param>
public sealed record FinalValue(string Key, string Column, string? At, string Value, int Scaler, string Unit, ulong Sequence, string ChainHash);

/// <summary>A meter's life as the books keep it: what its shipment row said, and what became of it. The last record of a meter wins.</summary>
/// <param name="Meter">Its identity for ever.</param>
/// <param name="Stage">Where it stands.</param>
public sealed record MeterLifeRecord(MeterId Meter, MeterStage Stage)
{
    /// <summary>No text of it is longer.</summary>
    public const int MostText = 64;

    /// <summary>No more final values are kept.</summary>
    public const int MostFinals = 32;

    /// <summary>EUI of its power line modem in upper-case hex, or null.</summary>
    public string? Eui { get; init; }

    /// <summary>The serial number its modem tells, upper-case, or null.</summary>
    public string? Serial { get; init; }

    /// <summary>The identity under which it speaks over M-Bus; none where it does not.</summary>
    public MeterId MBus { get; init; }

    /// <summary>Metering point, or null.</summary>
    public string? Place { get; init; }

    /// <summary>L1, L2, L3 or L123; null where nobody said.</summary>
    public string? Phase { get; init; }

    /// <summary>Its meter profile; null for the driver's own.</summary>
    public string? Profile { get; init; }

    /// <summary>When it was first expected, UTC; null where the box had no time.</summary>
    public DateTime? ExpectedAt { get; init; }

    /// <summary>When it was first heard, UTC; null before, and where the box had no time.</summary>
    public DateTime? JoinedAt { get; init; }

    /// <summary>When it was exchanged or retired, UTC; null before, and where the box had no time.</summary>
    public DateTime? EndedAt { get; init; }

    /// <summary>The meter whose place it took, or none.</summary>
    public MeterId Predecessor { get; init; }

    /// <summary>The meter that took its place, or none.</summary>
    public MeterId Successor { get; init; }

    /// <summary>What it said last, where it was exchanged.</summary>
    public IReadOnlyList<FinalValue> Final { get; init; } = [];

    /// <summary>It is to be read here: expected or joined.</summary>
    public bool IsOpen => Stage is MeterStage.Expected or MeterStage.Joined;

    /// <summary>The payload of a <see cref="RecordType.MeterLife"/>.</summary>
    /// <exception cref="ArgumentException">A text is longer than <see cref="MostText"/>, or there are too many final values: whoever takes them in says so before.</exception>
    public byte[] ToPayload()
    {
        if (Final.Count > MostFinals)
        {
            throw new ArgumentException($"{Final.Count} final values of {Meter}, not {MostFinals} at most");
        }

        var to = new OctetWriter();
        to.Text(Meter.Text);
        to.Byte((byte)Stage);
        foreach (var text in (string?[])[Eui, Serial, MBus.Text, Place, Phase, Profile])
        {
            to.Text(text is { Length: > MostText } ? throw new ArgumentException($"\"{text[..16]}..\" of {Meter} is longer than {MostText} characters") : text);
        }

        foreach (var at in (DateTime?[])[ExpectedAt, JoinedAt, EndedAt])
        {
            to.Instant(at);
        }

        to.Text(Predecessor.Text);
        to.Text(Successor.Text);
        to.Number((ulong)Final.Count);
        foreach (var value in Final)
        {
            to.Text(value.Key);
            to.Text(value.Column);
            to.Text(value.At);
            to.Text(value.Value);
            to.Signed(value.Scaler);
            to.Text(value.Unit);
            to.Number(value.Sequence);
            to.Text(value.ChainHash);
        }

        return to.ToArray();
    }

    /// <summary>Reads a payload back.</summary>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static MeterLifeRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var life = new MeterLifeRecord(IdOf(from.Text()), (MeterStage)from.Byte())
        {
            Eui = from.OptionalText(), Serial = from.OptionalText(), MBus = IdOf(from.Text()), Place = from.OptionalText(), Phase = from.OptionalText(), Profile = from.OptionalText(),
            ExpectedAt = from.Instant(), JoinedAt = from.Instant(), EndedAt = from.Instant(), Predecessor = IdOf(from.Text()), Successor = IdOf(from.Text()),
        };
        var values = new FinalValue[from.Count()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new FinalValue(from.Text(), from.Text(), from.OptionalText(), from.Text(), (int)from.Signed(), from.Text(), from.Number(), from.Text());
        }

        return life.Meter.IsNone || life.Stage > MeterStage.Retired || values.Length > MostFinals ? throw new InvalidDataException($"a meter's life of a newer version: {life.Meter}, stage {(byte)life.Stage}, {values.Length} final values")
            : life with { Final = values };
    }

    private static MeterId IdOf(string text) => MeterId.TryParse(text, out var id) ? id : text.Length == 0 ? default : throw new InvalidDataException($"\"{text}\" is no meter id");
}
