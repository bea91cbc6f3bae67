using Metering;

namespace Protocols.Dlms.Apdu;

/// <summary>Invoke-id-and-priority: bits 0 to 3 id, bit 6 confirmed, bit 7 high priority.</summary>
public readonly record struct InvokeId(byte Octet)
{
    /// <summary>0 to 15: names the answer's question.</summary>
    public int Id => Octet & 0x0F;

    /// <summary>An answer is wanted.</summary>
    public bool IsConfirmed => (Octet & 0x40) != 0;

    /// <summary>High priority.</summary>
    public bool IsUrgent => (Octet & 0x80) != 0;
}

/// <summary>Long-invoke-id-and-priority: bits 0 to 23 id, 28 self-descriptive, 29 break on error, 30 confirmed, 31 high priority.</summary>
public readonly record struct LongInvokeId(uint Octets)
{
    /// <summary>Names the answer's question.</summary>
    public int Id => (int)(Octets & 0xFF_FFFF);

    /// <summary>An answer is wanted.</summary>
    public bool IsConfirmed => (Octets & 0x4000_0000) != 0;

    /// <summary>What follows a part that failed is left undone.</summary>
    public bool BreaksOnError => (Octets & 0x2000_0000) != 0;
}

/// <summary>An attribute of an object, or with the same layout one of its methods.</summary>
/// <param name="ClassId">Interface class.</param>
/// <param name="Instance">Logical name.</param>
/// <param name="Attribute">Number of the attribute or method; 0 for all attributes.</param>
public readonly record struct AttributeDescriptor(ushort ClassId, Obis Instance, sbyte Attribute)
{
    /// <summary>Octets on the wire.</summary>
    internal const int Size = 9;
}

/// <summary>Selective access: 1 by range, 2 by entry, others by class.</summary>
/// <param name="Selector">Which.</param>
/// <param name="Parameters">One Data.</param>
public readonly record struct Selection(byte Selector, ReadOnlyMemory<byte> Parameters);

/// <summary>Data, or why there are none.</summary>
/// <param name="Data">One Data; empty where there is an error.</param>
/// <param name="Error">Data-access-result; null where there are data.</param>
public readonly record struct DataResult(ReadOnlyMemory<byte> Data, byte? Error)
{
    internal static DataResult Read(ref PduReader from) => from.Byte() switch
    {
        0 => new DataResult(from.Data(), null),
        1 => new DataResult(default, from.Byte()),
        var other => from.Refuse<DataResult>($"octet {other:X2} where 00 (data) or 01 (error) was expected"),
    };

    internal void WriteTo(PduWriter to) => _ = Error is { } error ? to.Byte(1).Byte(error) : to.Byte(0).Raw(Data);
}
