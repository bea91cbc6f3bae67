using System.Globalization;
using System.Text;
using Metering;

namespace Protocols.P1;

/// <summary>A meter's newest values on a P1 telegram.</summary>
/// <param name="Meter">Whose.</param>
/// <param name="Values">Code, value and unit of each; numbers only.</param>
public sealed record P1Device(MeterId Meter, IReadOnlyList<(Obis Obis, Value Value, Unit Unit)> Values);

/// <summary>
/// Writes a telegram as a customer's display takes it (DSMR P1 clause 6, after IEC 62056-21 mode D): identification, version, time, then of each device its number in hex and its values, each on a
/// line of its own, and the CRC. Nothing is rounded: the unit gets its kilo, the digits stay.
/// </summary>
public static class P1Writer
{
    private const string Version = "50";

    /// <summary>The whole telegram.</summary>
    /// <param name="maker">FLAG letters of whoever writes it.</param>
    /// <param name="identification">What it calls itself: letters and digits, at most 16 count.</param>
    /// <param name="local">The time it is written; null where it is not known.</param>
    /// <param name="isSummer">Daylight saving time holds at <paramref name="local"/>.</param>
    /// <param name="devices">Devices: the first is channel 0, further ones 1 and up.</param>
    public static byte[] Write(string maker, string identification, DateTime? local, bool isSummer, IReadOnlyList<P1Device> devices)
    {
        var to = new StringBuilder();
        to.Append(CultureInfo.InvariantCulture, $"/{maker}5{identification[..Math.Min(identification.Length, 16)]}\r\n\r\n1-3:0.2.8({Version})\r\n");
        if (local is { } time)
        {
            to.Append(CultureInfo.InvariantCulture, $"0-0:1.0.0({time:yyMMddHHmmss}{(isSummer ? 'S' : 'W')})\r\n");
        }

        for (var channel = 0; channel < devices.Count; channel++)
        {
            to.Append(CultureInfo.InvariantCulture, $"0-{channel}:96.1.{(channel == 0 ? 1 : 0)}({Convert.ToHexString(Encoding.ASCII.GetBytes(devices[channel].Meter.Text))})\r\n");
            foreach (var (obis, value, unit) in devices[channel].Values)
            {
                to.Append(CultureInfo.InvariantCulture, $"{obis.A}-{obis.B}:{obis.C}.{obis.D}.{obis.E}({Number(value, unit)})\r\n");
            }
        }

        to.Append('!');
        var body = Encoding.ASCII.GetBytes(to.ToString());
        return [.. body, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{P1Crc16.Of(body):X4}\r\n"))];
    }

    /// <summary>Energies and powers have a kilo in front of their unit; what has no unit has none.</summary>
    private static string Number(Value value, Unit unit)
    {
        var hasKilo = unit.Symbol is UnitSymbol.Wh or UnitSymbol.VArh or UnitSymbol.VAh or UnitSymbol.W or UnitSymbol.VAr or UnitSymbol.VA && value.Kind == ValueKind.Decimal;
        var text = (hasKilo ? Value.Decimal(value.Mantissa, (sbyte)(value.Exponent - 3)) : value).ToString();
        return unit.Symbol is UnitSymbol.Count or UnitSymbol.None ? text : $"{text}*{(hasKilo ? "k" : "")}{unit.WireText}";
    }
}
