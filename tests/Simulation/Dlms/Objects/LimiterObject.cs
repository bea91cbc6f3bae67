using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>
/// Class 71: watches a value; attributes from 2 on: monitored value, active, normal and emergency threshold, durations over and under, emergency profile, its groups, whether it is
/// active, actions. Only the thresholds in use and the durations are obeyed here.
/// </summary>
public sealed class LimiterObject(Obis monitored, uint threshold) : WritableObject(
    71, 0, new Obis(0, 0, 17, 0, 0, 255),
    new DataWriter().Structure(3).UInt16(3).Name(monitored).Int8(2).ToArray(), new DataWriter().UInt32(threshold).ToArray(), new DataWriter().UInt32(threshold).ToArray(),
    new DataWriter().UInt32(threshold).ToArray(), new DataWriter().UInt32(60).ToArray(), new DataWriter().UInt32(60).ToArray(),
    new DataWriter().Structure(3).UInt16(0).Octets(new byte[12]).UInt32(0).ToArray(), new DataWriter().Array(0).ToArray(), new DataWriter().Boolean(false).ToArray(),
    new DataWriter().Structure(2).Structure(2).Name(new Obis(0, 0, 10, 0, 106, 255)).UInt16(1).Structure(2).Name(new Obis(0, 0, 10, 0, 106, 255)).UInt16(2).ToArray())
{
    /// <summary>The value it watches.</summary>
    public Obis Monitored => monitored;

    /// <summary>The threshold that holds: the normal one once it was written.</summary>
    public long Threshold => NumberOf(this[4]);

    /// <summary>How long the value must be over it.</summary>
    public TimeSpan Over => TimeSpan.FromSeconds(NumberOf(this[6]));

    /// <summary>How long it must be under it again.</summary>
    public TimeSpan Under => TimeSpan.FromSeconds(NumberOf(this[7]));

    private static long NumberOf(byte[] data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var item) && AXdrNumbers.TryInteger(item, out var number) ? (long)number : 0;
    }
}
