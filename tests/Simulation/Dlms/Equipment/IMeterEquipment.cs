namespace Simulation.Dlms.Equipment;

/// <summary>A part of a simulated meter: puts its objects into the device, and does what is due as the meter's time passes.</summary>
public interface IMeterEquipment
{
    /// <summary>Builds it in.</summary>
    void Fit(DlmsMeter meter);

    /// <summary>When it has something to do next, by the meter's clock.</summary>
    DateTime Due => DateTime.MaxValue;

    /// <summary>Does what is due; moves <see cref="Due"/> on. Parts fitted first run first.</summary>
    void Run(DateTime at)
    {
    }

    /// <summary>The clock was set; what lies between never happened, or happens again.</summary>
    void ClockSet(DateTime from, DateTime to)
    {
    }
}
