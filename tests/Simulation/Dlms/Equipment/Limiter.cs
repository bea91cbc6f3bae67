using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Opens the breaker when the power was too high for too long.</summary>
public sealed class Limiter : IMeterEquipment
{
    private const uint NoLimit = 1_000_000;
    private const byte Exceeded = 65, Fine = 66;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);
    private DlmsMeter _meter = null!;
    private LimiterObject _limiter = null!;
    private DateTime _next;
    private DateTime? _since;
    private bool _isOver, _looks;

    /// <summary>Every half a minute; never while nobody has set a limit that could be exceeded.</summary>
    public DateTime Due => _looks ? _next : DateTime.MaxValue;

    public void Fit(DlmsMeter meter)
    {
        _meter = meter;
        meter.Device.Add(_limiter = new LimiterObject(new Obis(1, 0, 1, 7, 0, 255), NoLimit));
        _limiter.Written += _ => (_next, _looks) = (_looks ? _next : meter.Clock.Now + Look, true);
    }

    public void Run(DateTime at)
    {
        _next = at + Look;
        var isOver = _meter.Values.At(_limiter.Monitored, at) > _limiter.Threshold;
        _since = isOver == _isOver ? null : _since ?? at;
        if (_since is { } since && at - since >= (isOver ? _limiter.Over : _limiter.Under))
        {
            (_isOver, _since) = (isOver, null);
            _meter.Raise(EventLog.Disconnector, isOver ? Exceeded : Fine);
            _meter.Part<Breaker>()?.Control.ByLimiter(connect: !isOver);
        }

        _looks = _isOver || _since is not null || _limiter.Threshold < NoLimit;
    }

    public void ClockSet(DateTime from, DateTime to) => (_next, _since) = (to + Look, null);
}
