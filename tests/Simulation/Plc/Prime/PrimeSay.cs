using System.Buffers.Binary;

namespace Simulation.Plc.Prime;

/// <summary>What a base node says to its host, octet by octet (plc-modems 3.1, 3.4).</summary>
internal static class PrimeSay
{
    internal const byte Registered = 0, Unregistered = 1, Promoted = 2, Demoted = 3, Alive = 4, Rebooted = 5, NoUniqueKey = 6;

    /// <summary>4F: something happened in the network.</summary>
    internal static byte[] Event(byte what, PrimeEntry? entry, ReadOnlySpan<byte> eui, byte aliveTime = 0)
    {
        var octets = new byte[19];
        (octets[0], octets[1]) = (0x4F, what);
        if (what == Rebooted)
        {
            return octets; // the other fields mean nothing
        }

        eui.CopyTo(octets.AsSpan(2));
        octets[8] = entry?.Sid ?? 0;
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(9), entry?.Lnid ?? 0);
        octets[11] = entry?.Lsid ?? PrimeEntry.NoSwitch;
        if (what == Alive)
        {
            (octets[12], octets[13], octets[14]) = (entry!.Signal, entry.Signal, aliveTime);
        }

        octets[16] = (byte)(entry?.Node.Place.Channel ?? 1); // channel, its high octet 0
        return octets;
    }

    /// <summary>3A: a 4-32 connection; behind the six octets of the EUI-48 stand two that nobody has set.</summary>
    internal static byte[] Joined(ushort address, string serial, ReadOnlySpan<byte> eui, byte encryption) =>
        [0x3A, (byte)serial.Length, .. System.Text.Encoding.ASCII.GetBytes(serial), .. Word(address), .. eui, 0, 0, encryption];

    /// <summary>3B: it is gone.</summary>
    internal static byte[] Left(ushort address) => [0x3B, .. Word(address)];

    /// <summary>39: what became of data.</summary>
    internal static byte[] DataConfirm(byte destinationLsap, byte sourceLsap, ushort address, byte status) => [0x39, destinationLsap, sourceLsap, .. Word(address), status];

    /// <summary>38: data of a node, for the base node (address 0).</summary>
    internal static byte[] Data(byte destinationLsap, byte sourceLsap, ushort address, ReadOnlySpan<byte> apdu) =>
        [0x38, destinationLsap, sourceLsap, 0, 0, .. Word(address), .. Word((ushort)apdu.Length), .. apdu, 0];

    /// <summary>2E: a value.</summary>
    internal static byte[] Value(byte result, ushort attribute, ReadOnlySpan<byte> value) => [0x2E, result, .. Word(attribute), (byte)value.Length, .. value];

    /// <summary>30: a part of a list; an empty one ends it.</summary>
    internal static byte[] Part(byte result, ushort attribute, ReadOnlySpan<byte> records) => [0x30, result, .. Word(attribute), .. Word((ushort)records.Length), .. records];

    internal static byte[] Word(ushort value) => [(byte)(value >> 8), (byte)value];
}
