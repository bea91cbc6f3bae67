using System.Buffers.Binary;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>
/// Says that the view's file is, octet for octet, what a clean stop left: its length and CRC-32C. So a mark that a power cut brings back to life fits nothing,
/// and damage done while the service was down is seen.
/// </summary>
internal static class CleanMark
{
    private const int Size = 16;

    private static ReadOnlySpan<byte> Magic => "CVW1"u8;

    internal static void Write(string path, string file)
    {
        var octets = new byte[Size];
        Magic.CopyTo(octets);
        var (length, crc) = Measure(file);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4), crc);
        BinaryPrimitives.WriteInt64LittleEndian(octets.AsSpan(8), length);
        File.WriteAllBytes(path, octets);
    }

    /// <summary>True where the mark is there and fits.</summary>
    internal static bool Holds(string path, string file, string log)
    {
        if (!File.Exists(path) || !File.Exists(file) || new FileInfo(log) is { Exists: true, Length: > 0 })
        {
            return false;
        }

        var octets = File.ReadAllBytes(path);
        if (octets.Length != Size || !octets.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadInt64LittleEndian(octets.AsSpan(8)) != new FileInfo(file).Length)
        {
            return false;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(4)) == Measure(file).Crc;
    }

    private static (long Length, uint Crc) Measure(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var buffer = new byte[1 << 16];
        var length = 0L;
        var crc = 0U;
        for (int read; (read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            crc = Crc32C.Compute(buffer.AsSpan(0, read), crc);
            length += read;
        }

        return (length, crc);
    }
}
