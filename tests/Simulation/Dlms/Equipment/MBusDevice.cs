using System.Globalization;

namespace Simulation.Dlms.Equipment;

/// <summary>A gas, water or heat meter on an M-Bus channel. Its identity and its values are written here a second time, from the document.</summary>
/// <param name="Maker">Three FLAG letters.</param>
/// <param name="Number">Eight decimal digits.</param>
/// <param name="Type">3 gas, 7 water, 4 heat.</param>
/// <param name="Scaler">Power of ten of its values.</param>
/// <param name="Unit">COSEM number: 13 m3, 30 Wh.</param>
/// <param name="Start">What it showed at the beginning of 2026.</param>
/// <param name="PerHour">What it counts in an hour.</param>
public sealed record MBusDevice(string Maker, int Number, byte Version, byte Type, sbyte Scaler, byte Unit, uint Start, double PerHour)
{
    private static readonly DateTime Year = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>As it stands in topics and rows.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Maker}-{Number:D8}-{Version:X2}-{Type:X2}");

    /// <summary>The M field: five bits a letter.</summary>
    public ushort Manufacturer => (ushort)(((Maker[0] - 64) << 10) | ((Maker[1] - 64) << 5) | (Maker[2] - 64));

    /// <summary>The identification number with a digit a nibble.</summary>
    public uint Digits => Convert.ToUInt32(Number.ToString("D8", CultureInfo.InvariantCulture), 16);

    /// <summary>Its value.</summary>
    public uint At(DateTime at) => Start + (uint)(long)Math.Max(0, (at - Year).TotalHours * PerHour);
}
