using System.Buffers.Binary;

namespace Protocols.Usi.Prime;

/// <summary>A record of one of the modem's lists: so many octets, one after another.</summary>
public interface IPrimeRecord<T>
    where T : struct, IPrimeRecord<T>
{
    /// <summary>Octets of a record.</summary>
    static abstract int Size { get; }

    /// <summary>The list it stands in.</summary>
    static abstract PrimePib Pib { get; }

    /// <summary>Reads one from so many octets.</summary>
    static abstract T Read(ReadOnlySpan<byte> octets);

    /// <summary>Writes one.</summary>
    void WriteTo(Span<byte> octets);
}

/// <summary>Reads and writes lists of records.</summary>
public static class PrimeRecords
{
    /// <summary>Adds the records in these octets to a list.</summary>
    /// <returns>Why they are none; null where they are.</returns>
    public static string? Read<T>(ReadOnlySpan<byte> octets, ICollection<T> to)
        where T : struct, IPrimeRecord<T>
    {
        if (octets.Length % T.Size != 0)
        {
            return $"{octets.Length} octets of list {(ushort)T.Pib:X4} are no whole number of records of {T.Size}";
        }

        for (; !octets.IsEmpty; octets = octets[T.Size..])
        {
            to.Add(T.Read(octets));
        }

        return null;
    }

    /// <summary>Records as octets.</summary>
    public static byte[] Write<T>(IReadOnlyList<T> records)
        where T : struct, IPrimeRecord<T>
    {
        var octets = new byte[records.Count * T.Size];
        for (var i = 0; i < records.Count; i++)
        {
            records[i].WriteTo(octets.AsSpan(i * T.Size, T.Size));
        }

        return octets;
    }

    internal static Eui48 EuiAt(ReadOnlySpan<byte> octets) => new((ulong)BinaryPrimitives.ReadUInt16BigEndian(octets) << 32 | BinaryPrimitives.ReadUInt32BigEndian(octets[2..]));

    internal static void Write(Span<byte> octets, Eui48 eui)
    {
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)(eui.Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(octets[2..], (uint)eui.Value);
    }

    internal static ushort UInt16(ReadOnlySpan<byte> octets) => BinaryPrimitives.ReadUInt16BigEndian(octets);

    internal static void Write(Span<byte> octets, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(octets, value);
}
