using System.Text;
using Metering;
using Protocols.P1;

namespace Unit.Vectors.P1;

/// <summary>The telegram for a customer's display, octet by octet; the CRC was computed by hand (reflected A001, begins with 0).</summary>
public class P1WriterTests
{
    [Fact]
    public void Two_devices_stand_on_a_telegram_with_their_numbers_units_and_a_check()
    {
        var telegram = P1Writer.Write("DEM", "dc0001", new DateTime(2026, 7, 26, 12, 5, 0), isSummer: true,
        [
            new P1Device(MeterId.Parse("SIM0001"), [(Code("1-0:1.7.0"), Value.Decimal(731, 0), UnitSymbol.W), (Code("1-0:1.8.0"), Value.Decimal(12345678, -1), UnitSymbol.Wh), (Code("1-0:32.7.0"), Value.Decimal(2301, -1), UnitSymbol.V)]),
            new P1Device(MeterId.Parse("GWI-1"), [(Code("8-0:1.0.0"), Value.Decimal(12345, -3), UnitSymbol.CubicMetre)]),
        ]);
        Assert.Equal(
            "/DEM5dc0001\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(260726120500S)\r\n0-0:96.1.1(53494D30303031)\r\n1-0:1.7.0(0.731*kW)\r\n1-0:1.8.0(1234.5678*kWh)\r\n1-0:32.7.0(230.1*V)\r\n"
            + "0-1:96.1.0(4757492D31)\r\n8-0:1.0.0(12.345*m3)\r\n!E7F8\r\n",
            Encoding.ASCII.GetString(telegram));
    }

    [Fact]
    public void A_box_without_time_writes_none()
    {
        var text = Encoding.ASCII.GetString(P1Writer.Write("DEM", "dc0001", null, false, []));
        Assert.DoesNotContain("1.0.0", text, StringComparison.Ordinal);
        Assert.StartsWith("/DEM5dc0001\r\n", text, StringComparison.Ordinal);
    }

    private static Obis Code(string text) => Obis.TryParse(text, out var obis) ? obis : throw new FormatException(text);
}
