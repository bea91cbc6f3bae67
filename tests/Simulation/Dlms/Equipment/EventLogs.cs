using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>The logs a meter can have; which number stands for each is the kind's.</summary>
public enum EventLog
{
    Standard, Fraud, Disconnector, PowerQuality, Communication,
}

/// <summary>Event logs: what happens in the meter is written down with its time and number.</summary>
public sealed class EventLogs : IMeterEquipment
{
    private readonly Dictionary<EventLog, ProfileObject> _logs = [];

    public void Fit(DlmsMeter meter)
    {
        foreach (var (log, number) in NumbersOf(meter.Plan.Kind))
        {
            var profile = new ProfileObject(meter, new Obis(0, 0, 99, 98, number, 255), [ProfileObject.Clock, new CaptureObject(1, new Obis(0, 0, 96, 11, number, 255), 2, 0)], 0, 200);
            meter.Device.Add(profile);
            _logs[log] = profile;
        }

        Store(EventLog.Standard, meter.HistoryStart.AddHours(3), PowerDown);
        Store(EventLog.Standard, meter.HistoryStart.AddHours(3).AddMinutes(4), PowerUp);
        meter.Happened += (log, code) => Store(log, meter.Clock.Now, code);
    }

    /// <summary>Numbers that IDIS and DSMR share.</summary>
    public const byte PowerDown = 1, PowerUp = 2, ClockOld = 4, ClockNew = 5;

    private void Store(EventLog log, DateTime at, byte code)
    {
        if (_logs.TryGetValue(log, out var profile))
        {
            profile.Store(new DateTime(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc), 0, MeterValue.UInt8(code));
        }
    }

    /// <summary>Power quality and communication have changed places between the projects.</summary>
    private static (EventLog Log, byte Number)[] NumbersOf(string kind) => kind switch
    {
        "idis" => [(EventLog.Standard, 0), (EventLog.Fraud, 1), (EventLog.Disconnector, 2), (EventLog.PowerQuality, 4), (EventLog.Communication, 5)],
        "dsmr" => [(EventLog.Standard, 0), (EventLog.Fraud, 1), (EventLog.Disconnector, 2), (EventLog.Communication, 4), (EventLog.PowerQuality, 5)],
        "prime" => [(EventLog.Standard, 0), (EventLog.Fraud, 1), (EventLog.Disconnector, 2), (EventLog.PowerQuality, 5)],
        _ => [(EventLog.Standard, 0)],
    };
}
