namespace Protocols.Dlms.Sfsk;

/// <summary>MAC addresses of S-FSK, twelve bits each, two in three octets.</summary>
public static class SfskAddress
{
    /// <summary>Nobody; the first initiator; a meter that is not registered yet; everybody.</summary>
    public const ushort NoBody = 0x000, Initiator = 0xC00, New = 0xFFE, All = 0xFFF;

    internal static (ushort Source, ushort Destination) Read(ReadOnlySpan<byte> three) =>
        ((ushort)((three[0] << 4) | (three[1] >> 4)), (ushort)(((three[1] & 0x0F) << 8) | three[2]));

    internal static void Write(Span<byte> three, ushort source, ushort destination) =>
        (three[0], three[1], three[2]) = ((byte)(source >> 4), (byte)((source << 4) | (destination >> 8 & 0x0F)), (byte)destination);
}
