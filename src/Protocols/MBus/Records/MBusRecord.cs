using Metering;

namespace Protocols.MBus.Records;

/// <summary>Function field of the DIF.</summary>
public enum RecordFunction : byte
{
    Instantaneous, Maximum, Minimum, Error,
}

/// <summary>One data record, decoded; offsets point into the plain octets it was read from.</summary>
public struct MBusRecord
{
    /// <summary>Where its DIF stands.</summary>
    public int DibAt { get; internal set; }

    /// <summary>Octets of DIF, DIFE, VIF (with a plain-text unit) and VIFE.</summary>
    public int DibLength { get; internal set; }

    /// <summary>What it is called where it has no DIF and VIF: a field of a layout that is not made of records. Null for records.</summary>
    public string? Name { get; internal set; }

    /// <summary>Where its data stand; behind the length octet of variable data.</summary>
    public int DataAt { get; internal set; }

    /// <summary>Octets of data.</summary>
    public int DataLength { get; internal set; }

    /// <summary>Function field.</summary>
    public RecordFunction Function { get; internal set; }

    /// <summary>Storage number.</summary>
    public ulong Storage { get; internal set; }

    /// <summary>Tariff.</summary>
    public uint Tariff { get; internal set; }

    /// <summary>Subunit.</summary>
    public uint Subunit { get; internal set; }

    /// <summary>What it is: a word such as <c>volume</c>.</summary>
    public string Quantity { get; internal set; }

    /// <summary>Unit without prefix.</summary>
    public Unit Unit { get; internal set; }

    /// <summary>Power of ten, VIFE corrections included.</summary>
    public sbyte Exponent { get; internal set; }

    /// <summary>What VIFEs add.</summary>
    public RecordLabels Labels { get; internal set; }

    /// <summary>The value; none for error nibbles, record errors and "not available".</summary>
    public Value Value { get; internal set; }

    /// <summary>Why there is no value; null where there is.</summary>
    public string? Error { get; internal set; }

    /// <summary>Which of several records with the same octets in front, from 1.</summary>
    public ushort Ordinal { get; internal set; }

    /// <summary>How the data are read.</summary>
    internal VifForm Form { get; set; }

    /// <summary>Sort of quantity.</summary>
    internal ReadingKind Kind { get; set; }

    /// <summary>Constant to add, in thousandths of the value's unit (VIFE 78 to 7B); 0 for none.</summary>
    internal int Addend { get; set; }
}
