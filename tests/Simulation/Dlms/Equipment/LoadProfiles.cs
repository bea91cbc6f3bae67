using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>The quarter-hourly and the daily profile, and what goes wrong in them.</summary>
public sealed class LoadProfiles : IMeterEquipment
{
    /// <summary>Status bits of IDIS and DSMR.</summary>
    private const byte PowerDown = 0x80, Adjusted = 0x20, Summer = 0x08, NotValid = 0x04;

    private static readonly Obis Energy = new(1, 0, 1, 8, 0, 255), Export = new(1, 0, 2, 8, 0, 255), Power = new(1, 0, 1, 7, 0, 255);
    private readonly List<(ProfileObject Profile, Func<DateTime, DateTime> Next)> _profiles = [];
    private readonly List<DateTime> _due = [];
    private DlmsMeter _meter = null!;
    private DateTime _cleared, _changesAt = DateTime.MaxValue;
    private DateTime? _back;
    private bool _wasOff, _wasSet;

    /// <summary>The quarter-hourly one.</summary>
    public ProfileObject Load => _profiles[0].Profile;

    public DateTime Due => _due.Min() < _changesAt ? _due.Min() : _changesAt;

    public void Fit(DlmsMeter meter)
    {
        (_meter, _cleared) = (meter, meter.HistoryStart);
        var (plan, first) = (meter.Plan, meter.HistoryStart);
        _back = plan.Has(MeterFault.TwoRowsOneTime) ? first.AddDays(plan.HistoryDays / 2.0) : null;
        _changesAt = plan.Has(MeterFault.CaptureObjectsChange) || plan.Has(MeterFault.PeriodChange) ? meter.Clock.Now.AddHours(2) : DateTime.MaxValue;
        Add(new Obis(1, 0, 99, 1, 0, 255), 900, 96 * 40, first, at => at.AddSeconds(Load.Period), [new(0, 0, 96, 10, 1, 255), Energy, Export, new(1, 0, 3, 8, 0, 255), new(1, 0, 4, 8, 0, 255)]);
        Add(
            plan.Kind == "prime" ? new Obis(0, 0, 98, 2, 1, 255) : new Obis(1, 0, 99, 2, 0, 255), 86_400, 60, MeterClock.NextMidnight(first.AddDays(-30)), MeterClock.NextMidnight,
            [new(0, 0, 96, 10, 2, 255), Energy, new(1, 0, 1, 8, 1, 255), new(1, 0, 1, 8, 2, 255), Export]);
    }

    public void Run(DateTime at)
    {
        if (_changesAt <= at)
        {
            Update(_meter.Plan.Has(MeterFault.CaptureObjectsChange), _meter.Plan.Has(MeterFault.PeriodChange), "SIM 1.0.4");
            return;
        }

        for (var i = 0; i < _profiles.Count; i++)
        {
            if (_due[i] <= at)
            {
                Store(_profiles[i].Profile, _due[i]);
                _due[i] = _profiles[i].Next(_due[i]);
            }
        }
    }

    /// <summary>Another firmware captures other objects, at other times.</summary>
    public void Update(bool objects, bool period, string firmware)
    {
        _changesAt = DateTime.MaxValue;
        _meter.Part<Identity>()!.Firmware = firmware;
        var columns = objects ? [ProfileObject.Clock, Load.Columns[1], Column(Energy), Column(Export), Column(Power)] : Load.Columns;
        Load.Change(columns, period ? 1800 : Load.Period);
        while (_due[0].Ticks % TimeSpan.FromSeconds(Load.Period).Ticks != 0)
        {
            _due[0] = _due[0].AddSeconds(900);
        }
    }

    public void ClockSet(DateTime from, DateTime to)
    {
        _meter.Values.Lag += from - to;
        for (var i = 0; i < _profiles.Count; i++)
        {
            while (_due[i] > to)
            {
                _due[i] -= TimeSpan.FromSeconds(_profiles[i].Profile.Period);
            }

            while (_due[i] <= to)
            {
                _due[i] = _profiles[i].Next(_due[i]);
            }
        }

        _wasSet = true;
    }

    private void Store(ProfileObject profile, DateTime at)
    {
        var status = MeterClock.IsSummer(at) ? Summer : (byte)0;
        var plan = _meter.Plan;
        if (profile != Load)
        {
            profile.Capture(at, status);
            return;
        }

        if (plan.Has(MeterFault.ClearedEveryThreeDays) && at - _cleared >= TimeSpan.FromDays(3))
        {
            profile.Clear();
            _cleared = at;
        }

        var outage = OutageAt(at);
        if (outage is { } off)
        {
            _wasOff = true;
            if (plan.Has(MeterFault.PaddedRows))
            {
                profile.Store(at, (byte)(status | PowerDown | NotValid), [.. profile.ValueColumns.Select(column => MeterValue.UInt32(_meter.Values.At(column.Name, off.From)))]);
            }

            return;
        }

        status |= (byte)((_wasOff ? PowerDown : 0) | (_wasSet ? Adjusted : 0));
        (_wasOff, _wasSet) = (false, false);
        var isLastHourOfSummer = MeterClock.IsSummer(at.AddSeconds(-1)) && !MeterClock.IsSummer(at.AddHours(1).AddSeconds(-1));
        profile.Capture(at, status, plan.Has(MeterFault.RepeatedHourTwice) && isLastHourOfSummer ? at.AddHours(1) : null);
        if (_back == at)
        {
            // Somebody set the clock back by three quarters of an hour.
            (_back, _wasSet) = (null, true);
            _meter.Values.Lag += TimeSpan.FromMinutes(45);
            _due[0] = at.AddMinutes(-45);
        }
    }

    /// <summary>The time without power that the time is in; with padded rows and none in the plan, 97 minutes in the first morning.</summary>
    private (DateTime From, DateTime To)? OutageAt(DateTime at)
    {
        var start = _meter.HistoryStart.AddHours(5).AddMinutes(7);
        IReadOnlyList<(DateTime From, DateTime To)> all =
            _meter.Plan.Outages.Count == 0 && _meter.Plan.Has(MeterFault.PaddedRows) ? [(start, start.AddMinutes(97))] : _meter.Plan.Outages;
        foreach (var outage in all)
        {
            if (at >= outage.From && at < outage.To)
            {
                return outage;
            }
        }

        return null;
    }

    private void Add(Obis name, uint period, int most, DateTime first, Func<DateTime, DateTime> next, Obis[] columns)
    {
        var profile = new ProfileObject(_meter, name, [ProfileObject.Clock, .. columns.Select(Column)], period, most);
        _meter.Device.Add(profile);
        _profiles.Add((profile, next));
        _due.Add(first);
    }

    private static CaptureObject Column(Obis name) => new(name.C == 96 ? (ushort)1 : (ushort)3, name, 2, 0);
}
