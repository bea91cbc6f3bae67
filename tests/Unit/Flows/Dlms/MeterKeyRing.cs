using Metering.Keys;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The keys of simulated meters, as a keys file would hold them.</summary>
internal sealed class MeterKeyRing(params DlmsMeter[] meters) : IKeyRing
{
    public long Version { get; set; } = 1;

    /// <summary>A key that stands in the file in place of the meter's own.</summary>
    internal byte[]? Wrong { get; set; }

    /// <summary>Makes every key a wrong one.</summary>
    internal byte Twist { get; set; }

    public int Find(in KeyName name, Span<byte> destination)
    {
        var device = name.Device;
        var keys = meters.FirstOrDefault(meter => meter.Name == device) is not { } meter ? null : name.Client == 2 ? meter.ReadingKeys : meter.Keys;
        var key = keys is null ? [] : name.Purpose switch { KeyPurpose.Guek => Wrong ?? keys.Guek, KeyPurpose.Gak => keys.Gak, _ => keys.Secret };
        key.CopyTo(destination);
        if (key.Length > 0)
        {
            destination[0] ^= Twist;
        }

        return key.Length;
    }
}
