using Metering.Driver;

namespace Substation.Box;

/// <summary>The shipment list of a street.</summary>
internal sealed class StreetAdmission(IReadOnlyList<ExpectedMeter> meters, bool acceptsUnknown = false) : IMeterAdmission
{
    private readonly Dictionary<string, ExpectedMeter> _byEui = meters.Where(meter => meter.Eui is not null).ToDictionary(meter => meter.Eui!);

    public IReadOnlyList<ExpectedMeter> All => meters;

    public bool AcceptsUnknown => acceptsUnknown;

    public long Version => 1;

    public ExpectedMeter? Find(string eui, string? serial) => _byEui.GetValueOrDefault(eui);
}
