using Metering.Driver;

namespace Substation.Box;

/// <summary>The shipment list of a street.</summary>
internal sealed class StreetAdmission(IReadOnlyList<ExpectedMeter> meters, bool acceptsUnknown = false) : IMeterAdmission
{
    private Dictionary<string, ExpectedMeter> _byEui = meters.Where(meter => meter.Eui is not null).ToDictionary(meter => meter.Eui!);

    public IReadOnlyList<ExpectedMeter> All { get; private set; } = meters;

    public bool AcceptsUnknown => acceptsUnknown;

    public long Version { get; private set; } = 1;

    public ExpectedMeter? Find(string eui, string? serial) => _byEui.GetValueOrDefault(eui);

    /// <summary>Somebody strikes a node out.</summary>
    internal void Withdraw(string eui)
    {
        All = [.. All.Where(meter => meter.Eui != eui)];
        _byEui = All.ToDictionary(meter => meter.Eui!);
        Version++;
    }
}
