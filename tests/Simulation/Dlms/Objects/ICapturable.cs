namespace Simulation.Dlms.Objects;

/// <summary>An object whose attributes a profile can capture.</summary>
public interface ICapturable
{
    /// <summary>An attribute at a time.</summary>
    MeterValue Capture(int attribute, DateTime at);

    /// <summary>Scaler and COSEM unit of an attribute; 0 and 255 where it has none.</summary>
    (sbyte Scaler, byte UnitCode) ScaleOf(int attribute);
}
