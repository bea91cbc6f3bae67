using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Room for another firmware; what is activated is what the meter tells from then on: its image identification.</summary>
public sealed class ImageFlash : IMeterEquipment
{
    private const int BlockSize = 200;

    private static readonly Obis Script = new(0, 0, 10, 0, 107, 255);
    private ActionScheduleObject? _schedule;
    private DateTime _last;

    /// <summary>Class 18.</summary>
    public ImageTransferObject Transfer { get; private set; } = null!;

    /// <summary>Class 22: when the image is activated; null where the meter has none.</summary>
    public ActionScheduleObject? Schedule => _schedule;

    public DateTime Due => _schedule?.Next(_last) ?? DateTime.MaxValue;

    public void Fit(DlmsMeter meter)
    {
        _last = meter.Clock.Now;
        if (meter.Plan.HasImageSchedule)
        {
            meter.Device.Add(new ScriptTableObject(meter, Script, new ScriptAction(1, 18, new Obis(0, 0, 44, 0, 0, 255), 4)));
            meter.Device.Add(_schedule = new ActionScheduleObject(meter, new Obis(0, 0, 15, 0, 2, 255), Script, 1, ActionScheduleObject.Never));
        }

        meter.Device.Add(Transfer = new ImageTransferObject(() => meter.Clock.Now, BlockSize) { VerifyFor = meter.Plan.VerifyTakes });
        Transfer.Activating += () => meter.Part<Identity>()!.Firmware = System.Text.Encoding.ASCII.GetString(Transfer.Identification.Span);
    }

    public void Run(DateTime at)
    {
        _last = at;
        _schedule?.Run();
    }

    public void ClockSet(DateTime from, DateTime to) => _last = to;
}
