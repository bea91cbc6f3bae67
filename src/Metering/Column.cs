namespace Metering;

/// <summary>What sort of quantity a value is (CONTRACTS section 3); the order is part of the ledger format.</summary>
public enum ReadingKind : byte
{
    Register, Interval, Demand, Max, Instant, Text, Event,
}

/// <summary>Whether a row's time is the end or the start of its interval: from the meter's profile definition, never guessed.</summary>
public enum StampEdge : byte
{
    None, End, Start,
}

/// <summary>What the values of one column are: identity, meaning, unit, scaler.</summary>
/// <param name="Id">Identity of the column within its source.</param>
/// <param name="Obis">The OBIS code of the quantity; none where EN 13757-1 has none.</param>
/// <param name="Unit">Unit without prefix.</param>
/// <param name="Scaler">Power of ten that all decimals of the column carry.</param>
/// <param name="Kind">Sort of quantity.</param>
/// <param name="Type">Which of the closed value family its values are (null-data aside).</param>
public readonly record struct Column(ColumnId Id, Obis Obis, Unit Unit, sbyte Scaler, ReadingKind Kind, ValueKind Type)
{
    /// <summary>The same column with octets of its own.</summary>
    public Column Owned() => this with { Id = Id.Owned() };
}
