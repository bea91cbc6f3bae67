using System.Buffers.Binary;
using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>Result of a question to the MAC. Numbers that are not here are kept as they came.</summary>
public enum MlmeResult : byte
{
    Done = 0, Failed = 1, TimedOut = 2, NoSuchDevice = 4, NoSubnetwork = 8, NoSwitch = 9, Redundant = 10, BadAttribute = 11, OutOfRange = 12, ReadOnly = 13, WrongLsid = 15,
}

/// <summary>Asks for a value (<c>2D</c>) or for a list (<c>2F</c>): <c>command | PIB u16</c></summary>
public sealed record PibRequest(PrimeCommand What, PrimePib Pib) : PrimeMessage(What)
{
    /// <summary>Asks for one value.</summary>
    public static PibRequest Get(PrimePib pib) => new(PrimeCommand.GetRequest, pib);

    /// <summary>Asks for a list.</summary>
    public static PibRequest List(PrimePib pib) => new(PrimeCommand.ListGetRequest, pib);

    internal override void WriteTo(PduWriter to) => to.UInt16((ushort)Pib);
}

/// <summary>A value: <c>2E | result | PIB u16 | size | value</c>. Values of two and four octets have the high octet first, others are as they are.</summary>
public sealed record PibConfirm(MlmeResult Result, PrimePib Pib, ReadOnlyMemory<byte> Value) : PrimeMessage(PrimeCommand.GetConfirm)
{
    /// <summary>The value as a number; null where it is none of one, two or four octets.</summary>
    public uint? Number => Value.Length switch
    {
        1 => Value.Span[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(Value.Span),
        4 => BinaryPrimitives.ReadUInt32BigEndian(Value.Span),
        _ => null,
    };

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Result).UInt16((ushort)Pib).Short(Value);
}

/// <summary>A part of a list: <c>30 | result | PIB u16 | records L2</c>. One without records ends it.</summary>
public sealed record PibListConfirm(MlmeResult Result, PrimePib Pib, ReadOnlyMemory<byte> Records) : PrimeMessage(PrimeCommand.ListGetConfirm)
{
    internal override void WriteTo(PduWriter to) => to.Byte((byte)Result).UInt16((ushort)Pib).Counted(Records);
}

/// <summary>Sets a value: <c>31 | PIB u16 | size | value</c>. Its confirm (<c>32</c>) does not say which.</summary>
public sealed record PibSet(PrimePib Pib, ReadOnlyMemory<byte> Value) : PrimeMessage(PrimeCommand.SetRequest)
{
    internal override void WriteTo(PduWriter to) => to.UInt16((ushort)Pib).Short(Value);
}
