using System.Globalization;
using Simulation.Dlms;

namespace Simulation.Field;

/// <summary>The list that comes with a delivery of meters, as CSV: which meter has which modem, which place, which keys of its node.</summary>
public static class Shipment
{
    /// <summary>The first line.</summary>
    public const string Header = "ldn,serial,eui,mbus,place,phase,profile,psk,duk";

    /// <summary>A meter on a power line.</summary>
    public static string RowOf(PlcMeter meter)
    {
        var key = Convert.ToHexString(meter.ListedKey);
        return string.Create(CultureInfo.InvariantCulture,
            $"{meter.Meter.Name},{meter.Place.Serial},{meter.Place.Eui},,{PlaceOf(meter.Meter)},{meter.Place.Phase},{meter.Meter.Plan.Kind},{(meter.KeyName == "psk" ? key : "")},{(meter.KeyName == "duk" ? key : "")}");
    }

    /// <summary>A meter on a port of its own.</summary>
    public static string RowOf(DlmsMeter meter) => $"{meter.Name},{meter.Plan.Number:D8},,,{PlaceOf(meter)},,{meter.Plan.Kind},,";

    /// <summary>A meter on the air.</summary>
    public static string RowOf(string mbus, int number) => string.Create(CultureInfo.InvariantCulture, $",,,{mbus},RADIO{number:D6},,,,");

    private static string PlaceOf(DlmsMeter meter) => $"PLACE{meter.Plan.Number:D11}";
}
