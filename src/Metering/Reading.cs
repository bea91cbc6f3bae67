namespace Metering;

/// <summary>
/// One value with what it is. Only Protocols can make one: nothing outside the metrology boundary (TR 50572 clause 2.2, WELMEC 7.2) can invent or
/// alter a value, and the ledger gets Readings back only through <see cref="Metering.Ledger.LedgerRecord"/>.
/// </summary>
public readonly struct Reading : IEquatable<Reading>
{
    internal Reading(Column column, Value value)
    {
        Column = column;
        Value = value;
    }

    /// <summary>What the value is.</summary>
    public Column Column { get; }

    /// <summary>The value as sent; <see cref="ValueKind.None"/> for null-data, error nibbles and "not available".</summary>
    public Value Value { get; }

    /// <inheritdoc/>
    public bool Equals(Reading other) => Column == other.Column && Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Reading other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Column, Value);

    public static bool operator ==(Reading left, Reading right) => left.Equals(right);
    public static bool operator !=(Reading left, Reading right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"{Column.Id} {Value} {Column.Unit}";
}
