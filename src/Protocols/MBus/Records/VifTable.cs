using Metering;

namespace Protocols.MBus.Records;

/// <summary>The VIF tables of EN 13757-3 (tables 10, 12, 14), one entry a code.</summary>
internal static class VifTable
{
    private const ReadingKind Register = ReadingKind.Register, Instant = ReadingKind.Instant, Text = ReadingKind.Text;
    private static readonly UnitSymbol[] ShortTimes = [UnitSymbol.Second, UnitSymbol.Minute, UnitSymbol.Hour, UnitSymbol.Day];
    private static readonly UnitSymbol[] LongTimes = [UnitSymbol.Hour, UnitSymbol.Day, UnitSymbol.Month, UnitSymbol.Year];

    internal static readonly VifEntry[] Primary = BuildPrimary();
    internal static readonly VifEntry[] Fb = BuildFb();
    internal static readonly VifEntry[] Fd = BuildFd();

    private static VifEntry[] Empty()
    {
        var table = new VifEntry[128];
        Array.Fill(table, new VifEntry("reserved", UnitSymbol.None, 0, VifForm.Opaque, Instant));
        return table;
    }

    private static void Scale(VifEntry[] table, int first, int count, string quantity, UnitSymbol unit, int exponent, ReadingKind kind, string? own = null)
    {
        for (var n = 0; n < count; n++)
        {
            table[first + n] = new VifEntry(quantity, unit, (sbyte)(exponent + n), VifForm.Number, kind, own);
        }
    }

    private static void Times(VifEntry[] table, int first, string quantity, UnitSymbol[] units, int skip = 0)
    {
        for (var n = skip; n < units.Length; n++)
        {
            table[first + n] = new VifEntry(quantity, units[n], 0, VifForm.Number, Instant);
        }
    }

    private static void One(VifEntry[] table, int code, string quantity, VifForm form, ReadingKind kind = Text, UnitSymbol unit = UnitSymbol.None, int exponent = 0, string? own = null) =>
        table[code] = new VifEntry(quantity, unit, (sbyte)exponent, form, kind, own);

    private static VifEntry[] BuildPrimary()
    {
        var t = Empty();
        Scale(t, 0x00, 8, "energy", UnitSymbol.Wh, -3, Register);
        Scale(t, 0x08, 8, "energy", UnitSymbol.Joule, 0, Register);
        Scale(t, 0x10, 8, "volume", UnitSymbol.CubicMetre, -6, Register);
        Scale(t, 0x18, 8, "mass", UnitSymbol.Kilogram, -3, Register);
        Times(t, 0x20, "on_time", ShortTimes);
        Times(t, 0x24, "operating_time", ShortTimes);
        Scale(t, 0x28, 8, "power", UnitSymbol.W, -3, Instant);
        Scale(t, 0x30, 8, "power", UnitSymbol.JoulePerHour, 0, Instant);
        Scale(t, 0x38, 8, "volume_flow", UnitSymbol.CubicMetrePerHour, -6, Instant);
        Scale(t, 0x40, 8, "volume_flow", UnitSymbol.CubicMetrePerMinute, -7, Instant);
        Scale(t, 0x48, 8, "volume_flow", UnitSymbol.CubicMetrePerSecond, -9, Instant);
        Scale(t, 0x50, 8, "mass_flow", UnitSymbol.KilogramPerHour, -3, Instant);
        Scale(t, 0x58, 4, "flow_temperature", UnitSymbol.Celsius, -3, Instant);
        Scale(t, 0x5C, 4, "return_temperature", UnitSymbol.Celsius, -3, Instant);
        Scale(t, 0x60, 4, "temperature_difference", UnitSymbol.Kelvin, -3, Instant);
        Scale(t, 0x64, 4, "external_temperature", UnitSymbol.Celsius, -3, Instant);
        Scale(t, 0x68, 4, "pressure", UnitSymbol.Bar, -3, Instant);
        One(t, 0x6C, "date", VifForm.Date);
        One(t, 0x6D, "date_time", VifForm.DateTime);
        One(t, 0x6E, "hca_units", VifForm.Number, Register, UnitSymbol.HeatCostAllocator);
        Times(t, 0x70, "averaging_duration", ShortTimes);
        Times(t, 0x74, "actuality_duration", ShortTimes);
        One(t, 0x78, "fabrication_number", VifForm.Unsigned);
        One(t, 0x79, "enhanced_identification", VifForm.Unsigned);
        One(t, 0x7A, "bus_address", VifForm.Unsigned);
        One(t, 0x7E, "any", VifForm.Opaque);
        One(t, 0x7F, "manufacturer_specific", VifForm.Opaque);
        return t;
    }

    private static VifEntry[] BuildFb()
    {
        var t = Empty();
        Scale(t, 0x00, 2, "energy", UnitSymbol.Wh, 5, Register);
        Scale(t, 0x02, 2, "reactive_energy", UnitSymbol.VArh, 3, Register);
        Scale(t, 0x04, 2, "apparent_energy", UnitSymbol.VAh, 3, Register);
        Scale(t, 0x08, 2, "energy", UnitSymbol.Joule, 8, Register);
        Scale(t, 0x0C, 4, "energy", UnitSymbol.Own, 5, Register, "cal");
        Scale(t, 0x10, 2, "volume", UnitSymbol.CubicMetre, 2, Register);
        Scale(t, 0x14, 4, "reactive_power", UnitSymbol.VAr, 0, Instant);
        Scale(t, 0x18, 2, "mass", UnitSymbol.Tonne, 2, Register);
        Scale(t, 0x1A, 2, "relative_humidity", UnitSymbol.Percent, -1, Instant);
        Scale(t, 0x20, 1, "volume", UnitSymbol.Own, 0, Register, "ft3");
        Scale(t, 0x21, 1, "volume", UnitSymbol.Own, -1, Register, "ft3");
        Scale(t, 0x22, 2, "volume", UnitSymbol.Own, -1, Register, "gal");
        Scale(t, 0x24, 1, "volume_flow", UnitSymbol.Own, -3, Instant, "gal/min");
        Scale(t, 0x25, 1, "volume_flow", UnitSymbol.Own, 0, Instant, "gal/min");
        Scale(t, 0x26, 1, "volume_flow", UnitSymbol.Own, 0, Instant, "gal/h");
        Scale(t, 0x28, 2, "power", UnitSymbol.W, 5, Instant);
        Scale(t, 0x2A, 1, "phase_voltage_to_voltage", UnitSymbol.Degree, -1, Instant);
        Scale(t, 0x2B, 1, "phase_voltage_to_current", UnitSymbol.Degree, -1, Instant);
        Scale(t, 0x2C, 4, "frequency", UnitSymbol.Hz, -3, Instant);
        Scale(t, 0x30, 2, "power", UnitSymbol.JoulePerHour, 8, Instant);
        Scale(t, 0x34, 4, "apparent_power", UnitSymbol.VA, 0, Instant);
        Scale(t, 0x58, 4, "flow_temperature", UnitSymbol.Own, -3, Instant, "Fahrenheit");
        Scale(t, 0x5C, 4, "return_temperature", UnitSymbol.Own, -3, Instant, "Fahrenheit");
        Scale(t, 0x60, 4, "temperature_difference", UnitSymbol.Own, -3, Instant, "Fahrenheit");
        Scale(t, 0x64, 4, "external_temperature", UnitSymbol.Own, -3, Instant, "Fahrenheit");
        string[] factors = ["rating_factor_k", "rating_factor_kq", "rating_factor_kc", "rating_factor_kcr", "rating_factor_kch", "rating_factor_kt", "rating_factor_kd"];
        for (var n = 0; n < factors.Length; n++)
        {
            // All but Kq count 2^-12, which is no power of ten: the unit says so, the number stays as sent.
            One(t, 0x68 + n, factors[n], VifForm.Number, Instant, n == 1 ? UnitSymbol.W : UnitSymbol.Own, 0, n == 1 ? null : "2^-12");
        }

        Scale(t, 0x70, 4, "temperature_limit", UnitSymbol.Own, -3, Instant, "Fahrenheit");
        Scale(t, 0x74, 4, "temperature_limit", UnitSymbol.Celsius, -3, Instant);
        Scale(t, 0x78, 8, "cumulative_maximum_power", UnitSymbol.W, -3, ReadingKind.Max);
        return t;
    }

    private static VifEntry[] BuildFd()
    {
        var t = Empty();
        Scale(t, 0x00, 4, "credit", UnitSymbol.Own, -3, Register, "currency");
        Scale(t, 0x04, 4, "debit", UnitSymbol.Own, -3, Register, "currency");
        string[] words =
        [
            "access_number", "medium", "manufacturer", "parameter_set", "model_version", "hardware_version", "firmware_version", "software_version",
            "customer_location", "customer", "access_code_user", "access_code_operator", "access_code_system_operator", "access_code_developer", "password",
        ];
        for (var n = 0; n < words.Length; n++)
        {
            One(t, 0x08 + n, words[n], VifForm.Unsigned);
        }

        One(t, 0x17, "error_flags", VifForm.Bits);
        One(t, 0x18, "error_mask", VifForm.Bits);
        One(t, 0x19, "security_key", VifForm.Container);
        One(t, 0x1A, "digital_output", VifForm.Bits);
        One(t, 0x1B, "digital_input", VifForm.Bits);
        One(t, 0x1C, "baud_rate", VifForm.Unsigned);
        One(t, 0x1D, "response_delay", VifForm.Unsigned);
        One(t, 0x1E, "retry", VifForm.Unsigned);
        One(t, 0x1F, "remote_control", VifForm.Unsigned);
        One(t, 0x20, "first_storage", VifForm.Unsigned);
        One(t, 0x21, "last_storage", VifForm.Unsigned);
        One(t, 0x22, "storage_block_size", VifForm.Unsigned);
        One(t, 0x23, "storage_interval_descriptor", VifForm.Unsigned);
        Times(t, 0x24, "storage_interval", ShortTimes);
        One(t, 0x28, "storage_interval", VifForm.Number, Instant, UnitSymbol.Month);
        One(t, 0x29, "storage_interval", VifForm.Number, Instant, UnitSymbol.Year);
        One(t, 0x2A, "operator_data", VifForm.Unsigned);
        One(t, 0x2B, "time_point_second", VifForm.Unsigned);
        Times(t, 0x2C, "duration_since_readout", ShortTimes);
        One(t, 0x30, "tariff_start", VifForm.DateTime);
        Times(t, 0x30, "tariff_duration", ShortTimes, skip: 1);
        Times(t, 0x34, "tariff_period", ShortTimes);
        One(t, 0x38, "tariff_period", VifForm.Number, Instant, UnitSymbol.Month);
        One(t, 0x39, "tariff_period", VifForm.Number, Instant, UnitSymbol.Year);
        One(t, 0x3A, "dimensionless", VifForm.Number, Instant, UnitSymbol.Count);
        One(t, 0x3B, "wmbus_container", VifForm.Container);
        Times(t, 0x3C, "transmission_period", ShortTimes);
        for (var n = 0; n < 16; n++)
        {
            One(t, 0x40 + n, "voltage", VifForm.Number, Instant, UnitSymbol.V, n - 9);
            One(t, 0x50 + n, "current", VifForm.Number, Instant, UnitSymbol.A, n - 12);
        }

        string[] counters = ["reset_counter", "cumulation_counter", "control_signal", "day_of_week", "week_number", "day_change", "parameter_state", "supplier_information"];
        for (var n = 0; n < counters.Length; n++)
        {
            One(t, 0x60 + n, counters[n], VifForm.Unsigned, Instant, UnitSymbol.Count);
        }

        Times(t, 0x68, "duration_since_cumulation", LongTimes);
        Times(t, 0x6C, "battery_operating_time", LongTimes);
        One(t, 0x70, "battery_change", VifForm.DateTime);
        One(t, 0x71, "rf_level", VifForm.Number, Instant, UnitSymbol.DecibelMilliwatt);
        One(t, 0x72, "daylight_saving", VifForm.Container);
        One(t, 0x73, "listening_window", VifForm.Container);
        One(t, 0x74, "battery_remaining", VifForm.Number, Instant, UnitSymbol.Day);
        One(t, 0x75, "stop_count", VifForm.Unsigned, Instant, UnitSymbol.Count);
        One(t, 0x76, "manufacturer_container", VifForm.Container);
        return t;
    }
}
