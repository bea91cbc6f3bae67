using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Data of billing periods: taken at the first midnight of a month, by its schedule, or when the end-of-billing script is run.</summary>
public sealed class Billing : IMeterEquipment
{
    private const int Months = 15;
    private static readonly Obis Script = new(0, 0, 10, 0, 1, 255);
    private ActionScheduleObject _schedule = null!;
    private DlmsMeter _meter = null!;
    private DateTime _last;

    /// <summary>Class 7.</summary>
    public ProfileObject Profile { get; private set; } = null!;

    public DateTime Due => _schedule.Next(_last);

    public void Fit(DlmsMeter meter)
    {
        (_meter, _last) = (meter, meter.HistoryStart);
        static CaptureObject Column(ushort classId, byte d, byte e, byte attribute) => new(classId, new Obis(1, 0, 1, d, e, 255), attribute, 0);
        CaptureObject[] columns =
        [
            ProfileObject.Clock, new(1, new Obis(0, 0, 96, 10, 3, 255), 2, 0), Column(3, 8, 0, 2), Column(3, 8, 1, 2), Column(3, 8, 2, 2), new(3, new Obis(1, 0, 2, 8, 0, 255), 2, 0),
            Column(4, 6, 0, 2), Column(4, 6, 0, 5), Column(4, 6, 1, 2), Column(4, 6, 1, 5), Column(4, 6, 2, 2), Column(4, 6, 2, 5),
        ];
        meter.Device.Add(Profile = new ProfileObject(meter, meter.Plan.Kind == "prime" ? new Obis(0, 0, 98, 1, 1, 255) : new Obis(0, 0, 98, 1, 0, 255), columns, 0, Months));
        meter.Device.Add(new EndOfBillingTable(meter, Script, this));
        meter.Device.Add(_schedule = new ActionScheduleObject(meter, new Obis(0, 0, 15, 0, 0, 255), Script, 1, ActionScheduleObject.Monthly));
    }

    public void Run(DateTime at)
    {
        _last = at;
        Close(at);
    }

    /// <summary>Ends a billing period.</summary>
    public void Close(DateTime at)
    {
        var second = new DateTime(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        Profile.Capture(second, MeterClock.IsSummer(second) ? (byte)0x08 : (byte)0);
        _meter.Part<Demand>()?.Reset(second);
    }

    public void ClockSet(DateTime from, DateTime to) => _last = to;
}
