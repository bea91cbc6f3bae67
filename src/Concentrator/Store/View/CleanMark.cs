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

    /// <summary>True where the mark fits the file, false where it does not, null where there is none.</summary>
    internal static bool? Holds(string path, string file, string log)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var octets = File.ReadAllBytes(path);
        return octets.Length == Size && octets.AsSpan().StartsWith(Magic) && new FileInfo(log) is not { Exists: true, Length: > 0 }
            && new FileInfo(file) is { Exists: true } present && BinaryPrimitives.ReadInt64LittleEndian(octets.AsSpan(8)) == present.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(4)) == Measure(file).Crc;
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
