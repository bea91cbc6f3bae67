using System.Buffers.Binary;
using System.Numerics;

namespace Metering.Ledger;

/// <summary>What a record holds; numbers are the ledger format.</summary>
public enum RecordType : byte
{
    /// <summary>End of a batch: hash over everything since the last seal.</summary>
    Seal = 1,

    /// <summary>bulk: a telegram with everything taken from it, or the reason why nothing was.</summary>
    Telegram = 16,
    /// <summary>bulk: records that are no more, with range and reason.</summary>
    Gap = 17,
    /// <summary>bulk: events out of a meter's own log.</summary>
    MeterEvents = 18,
    /// <summary>bulk: how an order stands, for the head-ends.</summary>
    OrderNews = 19,
    /// <summary>bulk: APDUs that went through between a head-end and a meter: tag, length, hash.</summary>
    PassedApdus = 20,
    /// <summary>bulk: something that happened to the box itself, for the head-ends.</summary>
    BoxEvent = 21,

    /// <summary>books: a start of the service.</summary>
    Boot = 32,
    /// <summary>books: a meter as the registry knows it; the last one wins.</summary>
    Meter = 33,
    /// <summary>books: a key, wrapped; the last one per name wins.</summary>
    WrappedKey = 34,
    /// <summary>books: highest accepted counters.</summary>
    AcceptedCounters = 35,
    /// <summary>books: a block of sending counters handed out.</summary>
    CounterReservation = 36,
    /// <summary>books: a driver's small value; the last one per name wins.</summary>
    DriverMemory = 37,
    /// <summary>books: an order's state.</summary>
    Order = 38,
    /// <summary>books: who did what.</summary>
    Audit = 39,
    /// <summary>books: a configuration that was applied.</summary>
    Configuration = 40,
    /// <summary>books: boot id and monotonic time of a known instant.</summary>
    TimeMap = 41,
    /// <summary>books: a whole segment was dropped.</summary>
    SegmentDropped = 42,
    /// <summary>books: the head-end refused rows; kept, listed, re-sendable.</summary>
    DeadLetter = 43,
    /// <summary>books: a meter from the day it is expected to the day it is retired; the last one wins.</summary>
    MeterLife = 44,
    /// <summary>books: which box reads which meter, by the head-end's word; the last one wins.</summary>
    Ownership = 45,
    /// <summary>books: where the box was put up, how often, and under which name it speaks with meters; the last one wins.</summary>
    Installation = 46,
}

/// <summary>Delivery class of a record; numbers are the ledger format.</summary>
public enum RecordClass : byte
{
    /// <summary>Not delivered (books).</summary>
    None = 0,
    Alarm = 1,
    /// <summary>Order results and values read for an order.</summary>
    Order = 2,
    Reading = 3,
    /// <summary>Values that stay here until a head-end asks for them.</summary>
    Kept = 4,
}

/// <summary>
/// Header of every ledger record, little-endian:
/// <code>
/// 0 length u32 (payload) | 4 CRC-32C u32 over 8.. and payload, seeded with the segment's nonce | 8 format version u8 | 9 type u8 | 10 class u8
/// 11 time quality u8 | 12 key id u32 (0 = payload in clear) | 16 sequence u64 | 24 boot id u64 | 32 monotonic i64 (100 ns) | 40 UTC i64 (100 ns ticks, 0 = none)
/// </code>
/// </summary>
public readonly record struct RecordHeader(RecordType Type, RecordClass Class, uint KeyId, ulong Sequence, BoxTime Time)
{
    /// <summary>Octets of a header.</summary>
    public const int Size = 48;

    /// <summary>The version this code writes.</summary>
    public const byte FormatVersion = 1;

    /// <summary>No payload is longer: a length beyond is damage, not data.</summary>
    public const int MaxPayload = 1 << 20;

    /// <summary>Writes header and payload at the start of <paramref name="destination"/>, CRC included.</summary>
    public void Write(Span<byte> destination, ReadOnlySpan<byte> payload, uint nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)payload.Length);
        destination[8] = FormatVersion;
        destination[9] = (byte)Type;
        destination[10] = (byte)Class;
        destination[11] = (byte)Time.Quality;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], KeyId);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Time.BootId);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], Time.Monotonic);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], Time.Utc?.Ticks ?? 0);
        payload.CopyTo(destination[Size..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Checksum(destination[..(Size + payload.Length)], nonce));
    }

    /// <summary>
    /// Reads the record at the start of <paramref name="source"/>. False where its length, version or CRC does not hold:
    /// the end of what was written, or damage.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint nonce, out RecordHeader header, out int payloadLength)
    {
        header = default;
        payloadLength = 0;
        if (source.Length < Size)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (length > MaxPayload || length > source.Length - Size || source[8] != FormatVersion
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Checksum(source[..(Size + (int)length)], nonce))
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64LittleEndian(source[40..]);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        var time = new BoxTime(
            ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc), (TimeQuality)source[11],
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]), BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
        header = new RecordHeader(
            (RecordType)source[9], (RecordClass)source[10], BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]), time);
        payloadLength = (int)length;
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> record, uint nonce) => Crc32C.Compute(record[8..], nonce ^ BinaryPrimitives.ReadUInt32LittleEndian(record));
}

/// <summary>CRC-32C (Castagnoli) on the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>CRC of <paramref name="octets"/>; the seed makes equal octets of another segment's life differ.</summary>
    public static uint Compute(ReadOnlySpan<byte> octets, uint seed = 0)
    {
        var crc = ~seed;
        while (octets.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(octets));
            octets = octets[8..];
        }

        foreach (var octet in octets)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
