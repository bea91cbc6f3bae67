using Metering.Keys;
using Simulation.Field;

namespace Unit.Flows.Field;

/// <summary>The keys of a street's meters; a twist changes each.</summary>
internal sealed class StreetKeys(StreetField field, byte twist = 0) : IKeyRing
{
    public long Version => 0;

    public int Find(in KeyName name, Span<byte> destination)
    {
        var device = name.Device;
        var meter = field.Meters.FirstOrDefault(candidate => candidate.Address.Id == device);
        meter?.Key.CopyTo(destination);
        destination[0] ^= twist;
        return meter is null ? 0 : 16;
    }
}
