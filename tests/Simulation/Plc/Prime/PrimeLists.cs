using static Simulation.Plc.Prime.PrimeSay;

namespace Simulation.Plc.Prime;

/// <summary>The lists of a base node, one record after another (plc-modems 3.4).</summary>
internal static class PrimeLists
{
    private const int SerialRoom = 16;

    /// <summary>The records of a list; null where there is none of that number.</summary>
    internal static IReadOnlyList<byte[]>? Of(ushort attribute, PrimeTable table, ReadOnlySpan<byte> sna)
    {
        var all = table.All;
        switch (attribute)
        {
            case 0x0050:
                return [.. all.Select(one => (byte[])[.. Eui(one), .. Word(one.Lnid), 0, one.Lsid, one.Sid, one.Level, 0x28, 0])];
            case 0x0051:
                return [.. all.Where(one => one.Address is not null).Select(one => (byte[])[one.Sid, .. Word(one.Lnid), .. Word(Connection(one)), .. Eui(one)])];
            case 0x0052:
                return [];
            case 0x0053:
                return [.. all.Where(one => one.Lsid != PrimeEntry.NoSwitch).Select(one => (byte[])[.. Word(one.Lnid), one.Lsid, one.Sid, table.AliveTime])];
            case 0x0056 or 0x2056:
                var own = sna.ToArray();
                return [[.. own, 0, 0, 7, 7], .. all.Where(one => one.Lsid != PrimeEntry.NoSwitch).Select(one => (byte[])[.. own, one.Lsid, one.Level, one.Signal, one.Signal])];
            case 0x0058:
                return [.. all.Where(one => one.Address is not null).Select(one => (byte[])[0, one.Sid, .. Word(one.Lnid), .. Word(Connection(one)), .. Eui(one), 3])];
            case 0x0059:
                return [.. all.Where(one => one.Carrier is null).Select(one => (byte[])[.. Word(one.Lnid), one.Sid, 0, one.Signal, one.Signal, 4, 0x3F, 0, 10])];
            case 0x8141: // which node registered under which security profile; the layout is not known from a source
                return [.. all.Select(one => (byte[])[.. Eui(one), one.Profile])];
            case 0x8250:
                return [.. all.Where(one => one.Address is not null).Select(Connected)];
            default:
                return null;
        }
    }

    private static byte[] Connected(PrimeEntry one)
    {
        var serial = new byte[SerialRoom];
        System.Text.Encoding.ASCII.GetBytes(one.Node.Place.Serial, serial);
        return [.. Word(one.Address!.Value), .. serial, (byte)one.Node.Place.Serial.Length, .. Eui(one)];
    }

    private static ushort Connection(PrimeEntry one) => (ushort)(256 + (one.Address!.Value & 0xFF)); // meters open theirs themselves: from 256 on

    private static byte[] Eui(PrimeEntry one) => one.Node.Place.EuiOctets.ToArray();
}
