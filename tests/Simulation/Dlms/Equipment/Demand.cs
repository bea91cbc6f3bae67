using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Mean power of each quarter of an hour, and its highest since the last end of billing, in all and by tariff.</summary>
public sealed class Demand : IMeterEquipment
{
    private const byte Watt = 27;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);
    private readonly List<ExtendedRegisterObject> _maxima = [];
    private DemandRegisterObject _demand = null!;
    private DateTime _due;

    public DateTime Due => _due;

    public void Fit(DlmsMeter meter)
    {
        _due = meter.HistoryStart;
        meter.Device.Add(_demand = new DemandRegisterObject(meter, new Obis(1, 0, 1, 4, 0, 255), 0, Watt, Period, meter.Values.MeanPower));
        for (byte tariff = 0; tariff <= 2; tariff++)
        {
            var maximum = new ExtendedRegisterObject(meter, new Obis(1, 0, 1, 6, tariff, 255), 0, Watt);
            meter.Device.Add(maximum);
            _maxima.Add(maximum);
        }
    }

    public void Run(DateTime at)
    {
        var mean = _demand.End(at);
        var hour = at.AddHours(MeterClock.IsSummer(at) ? 2 : 1).AddSeconds(-1).Hour;
        _maxima[0].Offer(mean, at);
        _maxima[hour is >= 6 and < 22 ? 1 : 2].Offer(mean, at);
        _due = at + Period;
    }

    /// <summary>Billing ends: the maxima begin anew.</summary>
    public void Reset(DateTime at) => _maxima.ForEach(maximum => maximum.Reset(at));

    public void ClockSet(DateTime from, DateTime to)
    {
        _due = new DateTime(((to.Ticks / Period.Ticks) + 1) * Period.Ticks, DateTimeKind.Utc);
        _demand.End(to);
    }
}
