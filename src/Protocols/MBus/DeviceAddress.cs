using System.Buffers.Binary;
using Metering;

namespace Protocols.MBus;

/// <summary>Manufacturer, identification number, version and device type of an M-Bus device (EN 13757-7).</summary>
/// <param name="Manufacturer">M field.</param>
/// <param name="Number">Identification number, four octets read little endian; BCD as a rule.</param>
/// <param name="Version">Version octet.</param>
/// <param name="Type">Device type octet.</param>
public readonly record struct DeviceAddress(ushort Manufacturer, uint Number, byte Version, byte Type)
{
    /// <summary>How many octets it takes on the wire.</summary>
    public const int Size = 8;

    /// <summary>All of it as one number, the key of tables.</summary>
    public ulong Packed => ((ulong)Manufacturer << 48) | ((ulong)Number << 16) | ((ulong)Version << 8) | Type;

    /// <summary>In the order of the link layer: M, number, version, type.</summary>
    public static DeviceAddress FromLink(ReadOnlySpan<byte> octets) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(octets), BinaryPrimitives.ReadUInt32LittleEndian(octets[2..]), octets[6], octets[7]);

    /// <summary>In the order of the long transport header: number, M, version, type.</summary>
    public static DeviceAddress FromLongHeader(ReadOnlySpan<byte> octets) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(octets[4..]), BinaryPrimitives.ReadUInt32LittleEndian(octets), octets[6], octets[7]);

    /// <summary>Writes link order, as initialisation vectors want it.</summary>
    public void WriteLink(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, Manufacturer);
        BinaryPrimitives.WriteUInt32LittleEndian(target[2..], Number);
        target[6] = Version;
        target[7] = Type;
    }

    /// <summary>The identity of the device.</summary>
    public MeterId ToMeterId() => MeterId.ForMBus(Manufacturer, Number, Version, Type);
}
