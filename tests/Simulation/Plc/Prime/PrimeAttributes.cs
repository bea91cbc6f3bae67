using System.Buffers.Binary;

namespace Simulation.Plc.Prime;

/// <summary>The attributes of a base node, and what setting some of them does (plc-modems 3.4). Values of two and four octets are big-endian, others are as they are.</summary>
internal sealed class PrimeAttributes(PrimeModem modem)
{
    internal const byte Done = 0, Failed = 1, NoSuchDevice = 4, BadAttribute = 11, OutOfRange = 12, ReadOnly = 13;
    private const int EuiLength = 6, KeyLength = 16;
    private readonly Dictionary<ushort, byte[]> _set = [];

    private PrimeBase Base => modem.Base!;

    /// <summary>Its power was off: what was set is forgotten.</summary>
    internal void Reset() => _set.Clear();

    /// <summary>A value; null where there is no such attribute.</summary>
    internal byte[]? Get(ushort attribute) => _set.TryGetValue(attribute, out var set) ? set : attribute switch
    {
        0x0010 => [16],
        0x0020 or 0x0021 or 0x0022 or 0x0026 => [0, 0],
        0x0023 or 0x8100 => modem.Sna,
        0x0024 => [3], // base
        0x0025 => [0, 100],
        0x002C => [0, 0x7F],
        0x002D => [0],
        0x0040 => Count(modem.Network.Line.Use.Ppdus),
        0x0041 or 0x0042 or 0x0043 or 0x0044 or 0x0045 => Count(0),
        0x0068 => [Base.Table.AliveTime],
        0x0075 => System.Text.Encoding.ASCII.GetBytes(modem.Plan.Firmware),
        0x0076 => [0, 0x2A],
        0x0077 => System.Text.Encoding.ASCII.GetBytes("SIM-BN"),
        0x00A0 or 0x00A1 or 0x00A2 or 0x00A3 or 0x00A4 => Count(0),
        0x8080 or 0x8126 => [0x0E, 0x03, 0x00, 0x01],
        0x8090 => [1],
        0x8092 => [0x01],
        0x8101 => [1],
        0x8133 or 0x8134 => [0],
        0x8137 => [Base.Admission.Profile],
        0x8151 => [Base.Admission.IsListOn ? (byte)1 : (byte)0],
        0x8200 => [1],
        _ => null,
    };

    /// <summary>Sets a value, or does what its setting does; gives the result.</summary>
    internal byte Set(ushort attribute, ReadOnlySpan<byte> value)
    {
        switch (attribute)
        {
            case 0x0064:
                return Act(value, static (node, entry) => node.Leave(entry, isTold: true));
            case 0x0065:
                return Promote(value);
            case 0x0066:
                return Act(value, static (node, entry) => node.Demote(entry));
            case 0x8137 when value.Length == 1 && value[0] > 2:
                return OutOfRange;
            case 0x8137 when value.Length == 1:
                Base.Admission.Profile = value[0];
                return Done;
            case 0x8140 when value.Length == EuiLength + KeyLength: // EUI-48 and key; the layout is not known from a source
                Base.Admission.Key(value[..EuiLength], value[EuiLength..]);
                return Done;
            case 0x8151 when value.Length == 1:
                Base.Admission.IsListOn = value[0] != 0;
                return Done;
            case 0x8152:
                foreach (var entry in Base.Table.All.ToList())
                {
                    Base.Leave(entry, isTold: true);
                }

                return Done;
            case 0x0068 or 0x0010 or 0x0025 or 0x002D or 0x8090 or 0x8092 or 0x8133 or 0x8134:
                _set[attribute] = value.ToArray();
                return Done;
            default:
                return Get(attribute) is null ? BadAttribute : ReadOnly;
        }
    }

    /// <summary>Makes a node a switch.</summary>
    internal byte Promote(ReadOnlySpan<byte> eui) => Act(eui, static (node, entry) => node.Promote(entry));

    private byte Act(ReadOnlySpan<byte> eui, Action<PrimeBase, PrimeEntry> action)
    {
        if (eui.Length < EuiLength || Base.Table.Find(Convert.ToHexString(eui[..EuiLength])) is not { } entry)
        {
            return NoSuchDevice;
        }

        action(Base, entry);
        return Done;
    }

    private static byte[] Count(long count)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)count);
        return octets;
    }
}
