using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Protocols.MBus;

/// <summary>
/// The identity of a telegram's content: SHA-256 from the C field on, without what a repeater changes: hop and repeated-access bits of the ELL (CC 10 and 02) and of the
/// configuration field of modes 0 and 5 (low octet 01 and 02).
/// </summary>
internal static class TelegramIdentity
{
    /// <summary>First 8 octets of the hash: equal for copies of one telegram.</summary>
    internal static ulong ContentHash(ReadOnlySpan<byte> telegram) => Hash(telegram, null);

    /// <summary>The instant part of a row's key: <c>h:</c> and 16 hex digits over the content and the UTC day of first reception (nothing while the box has no time).</summary>
    internal static string Instant(ReadOnlySpan<byte> telegram, DateTime? utc) =>
        string.Create(CultureInfo.InvariantCulture, $"h:{Hash(telegram, utc):x16}");

    private static ulong Hash(ReadOnlySpan<byte> telegram, DateTime? utc)
    {
        Span<byte> content = stackalloc byte[telegram.Length + 10];
        telegram.CopyTo(content);
        Mask(content[..telegram.Length]);
        var length = telegram.Length;
        if (utc is { } day && day.TryFormat(content[length..], out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture))
        {
            length += written;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content[Math.Min(1, length)..length], hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static void Mask(Span<byte> telegram)
    {
        TelegramLayers layers = default;
        if (LayerReader.ReadLink(telegram, ref layers) is not null || LayerReader.ReadExtendedLink(telegram, ref layers) is not null)
        {
            return;
        }

        if (layers.Ell != 0)
        {
            telegram[LinkFrame.HeaderLength + 1] &= 0xED;
        }

        if (layers.EllEncrypted || layers.Transport >= telegram.Length || LayerReader.ReadFragmentation(telegram, ref layers) is not null)
        {
            return;
        }

        if (LayerReader.ReadTransport(telegram, ref layers) is null && layers.Header != TransportHeader.None && layers.Mode is 0 or 5)
        {
            telegram[layers.Payload - 2] &= 0xFC;
        }
    }
}
