using Metering;

namespace Protocols.MBus.Records;

/// <summary>How the data behind a VIF is read.</summary>
internal enum VifForm : byte
{
    /// <summary>A physical number.</summary>
    Number,
    /// <summary>A number without sign: counters, identifications.</summary>
    Unsigned,
    /// <summary>Date, type G.</summary>
    Date,
    /// <summary>Date and time: types F, I, J by length.</summary>
    DateTime,
    /// <summary>Bits.</summary>
    Bits,
    /// <summary>Octets of a container.</summary>
    Container,
    /// <summary>Reserved or the maker's own.</summary>
    Opaque,
}

/// <summary>What one VIF means: quantity, unit, power of ten, how its data is read.</summary>
internal readonly record struct VifEntry(string Quantity, UnitSymbol Unit, sbyte Exponent, VifForm Form, ReadingKind Kind, string? OwnUnit = null);
