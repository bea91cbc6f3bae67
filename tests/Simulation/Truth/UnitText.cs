namespace Simulation.Truth;

/// <summary>Units by their COSEM number, as messages name them.</summary>
internal static class UnitText
{
    internal static string Of(byte code) => code switch { 13 => "m3", 30 => "Wh", 32 => "varh", 27 => "W", 29 => "var", 33 => "A", 35 => "V", 44 => "Hz", 255 => "1", _ => "?" };
}
