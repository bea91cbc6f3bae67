using Metering.Ledger;

namespace Metering.Orders;

/// <summary>An attribute or a method of a COSEM object.</summary>
/// <param name="ClassId">Interface class.</param>
/// <param name="Name">Logical name.</param>
/// <param name="Number">Of the attribute or the method.</param>
public readonly record struct CosemTarget(ushort ClassId, Obis Name, sbyte Number)
{
    internal void WriteTo(OctetWriter to)
    {
        to.Number(ClassId);
        to.Number(Name.Packed);
        to.Signed(Number);
    }

    internal static CosemTarget Read(ref OctetReader from) => new(checked((ushort)from.Number()), Obis.FromPacked(from.Number()), checked((sbyte)from.Signed()));
}

/// <summary>Writes one attribute; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Write"/>.</summary>
/// <param name="Value">One Data in A-XDR.</param>
public sealed record WriteOrder(CosemTarget Target, ReadOnlyMemory<byte> Value)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        Target.WriteTo(to);
        to.Octets(Value.Span);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static WriteOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new WriteOrder(CosemTarget.Read(ref from), from.Octets());
    }
}

/// <summary>Executes one method; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Execute"/>.</summary>
/// <param name="Parameters">One Data in A-XDR; empty for none.</param>
public sealed record ExecuteOrder(CosemTarget Target, ReadOnlyMemory<byte> Parameters)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        Target.WriteTo(to);
        to.Octets(Parameters.Span);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static ExecuteOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new ExecuteOrder(CosemTarget.Read(ref from), from.Octets());
    }
}
