using Metering;
using Metering.Driver;

namespace Unit.Flows.Prime;

/// <summary>Who is expected, as a person would have told the box.</summary>
internal sealed class ShipmentList : IMeterAdmission
{
    private ExpectedMeter[] _all = [];

    public IReadOnlyList<ExpectedMeter> All => _all;

    public bool AcceptsUnknown { get; set; }

    public long Version { get; set; }

    internal ShipmentList With(string meter, string? eui, string? serial = null)
    {
        _all = [.. _all.Where(one => one.Meter.Text != meter), new ExpectedMeter(MeterId.Parse(meter), eui, serial, null)];
        Version++;
        return this;
    }

    internal void Retire(string meter)
    {
        _all = [.. _all.Where(one => one.Meter.Text != meter)];
        Version++;
    }

    public ExpectedMeter? Find(string eui, string? serial) => Array.Find(_all, one => one.Eui == eui) ?? Array.Find(_all, one => serial is not null && one.Serial == serial);
}
