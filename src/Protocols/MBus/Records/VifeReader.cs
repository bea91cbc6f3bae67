using System.Collections.Frozen;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>Combinable VIFEs (EN 13757-3 table 15): scale corrections change the value, limits and times its meaning, the others label it.</summary>
internal static class VifeReader
{
    private static readonly UnitSymbol[] Times = [UnitSymbol.Second, UnitSymbol.Minute, UnitSymbol.Hour, UnitSymbol.Day];
    private static readonly string[] Per = ["s", "min", "h", "d", "week", "month", "year", "revolution", "pulse in 0", "pulse in 1", "pulse out 0", "pulse out 1", "l", "m3", "kg", "K", "kWh", "GJ", "kW", "K*l", "V", "A"];
    private static readonly string[] Times2 = ["s", "s/V", "s/A"];

    private static readonly FrozenDictionary<int, string> Errors = new Dictionary<int, string>
    {
        [0x15] = "no data available", [0x16] = "data overflow", [0x17] = "data underflow", [0x18] = "data error", [0x1C] = "premature end of record",
    }.ToFrozenDictionary();

    /// <summary>Applies one VIFE without its extension bit; <paramref name="second"/> is the code behind 7C, else -1.</summary>
    internal static void Apply(int code, int second, ref MBusRecord record)
    {
        switch (code)
        {
            case 0x12:
                record.Labels |= RecordLabels.Average;
                break;
            case 0x13 or 0x1E or 0x1F:
                record.Labels |= RecordLabels.CompactProfile;
                record.Form = VifForm.Container;
                break;
            case 0x14:
                record.Labels |= RecordLabels.RelativeDeviation;
                break;
            case >= 0x15 and <= 0x1C:
                record.Error = Errors.GetValueOrDefault(code, "record error");
                break;
            case >= 0x20 and <= 0x35:
                Rate(ref record, "/", Per[code - 0x20]);
                break;
            case >= 0x36 and <= 0x38:
                Rate(ref record, "*", Times2[code - 0x36]);
                break;
            case 0x39:
                BecomeTime(ref record);
                break;
            case 0x3A:
                record.Labels |= RecordLabels.Uncorrected;
                break;
            case 0x3B:
                record.Labels |= RecordLabels.Forward;
                break;
            case 0x3C:
                record.Labels |= RecordLabels.Backward;
                break;
            case 0x3E:
                record.Labels |= RecordLabels.BaseConditions;
                break;
            case 0x3F:
                record.Form = VifForm.Container;
                record.Quantity = "obis_declaration";
                break;
            case 0x40 or 0x48 or 0x68 or 0x6C:
                record.Labels |= Limit(code) | (code is 0x68 or 0x6C ? RecordLabels.Exceeds : RecordLabels.None);
                break;
            case 0x41 or 0x49:
                record.Labels |= Limit(code) | RecordLabels.Exceeds;
                (record.Unit, record.Exponent, record.Form) = (UnitSymbol.Count, 0, VifForm.Unsigned);
                break;
            case >= 0x42 and <= 0x4F:
                record.Labels |= Limit(code) | RecordLabels.Exceeds;
                BecomeTime(ref record);
                break;
            case >= 0x50 and <= 0x5F:
                record.Labels |= Limit(code) | RecordLabels.Exceeds;
                BecomeDuration(code, ref record);
                break;
            case >= 0x60 and <= 0x67:
                BecomeDuration(code, ref record);
                break;
            case 0x69:
                record.Labels |= RecordLabels.Leakage;
                break;
            case 0x6D:
                record.Labels |= RecordLabels.Overflow;
                break;
            case 0x6A or 0x6B or 0x6E or 0x6F:
                BecomeTime(ref record);
                break;
            case >= 0x70 and <= 0x77:
                record.Exponent += (sbyte)(code - 0x70 - 6);
                break;
            case >= 0x78 and <= 0x7B:
                record.Addend = (int)Math.Pow(10, code - 0x78);
                break;
            case 0x7C when second is 0x11 or 0x12 && record.Form is VifForm.Number:
                record.Form = second == 0x11 ? VifForm.Unsigned : VifForm.Bits; // presented with type C, type D
                break;
            case 0x7C:
                ApplySecond(second, ref record);
                break;
            case 0x7D:
                record.Exponent += 3;
                break;
            case 0x7E:
                record.Labels |= RecordLabels.Future;
                break;
            case 0x7F:
                record.Labels |= RecordLabels.Maker;
                break;
            default:
                break; // object actions and reserved codes say nothing of the value
        }
    }

    private static void ApplySecond(int code, ref MBusRecord record) => record.Labels |= code switch
    {
        0x01 => RecordLabels.PhaseL1,
        0x02 => RecordLabels.PhaseL2,
        0x03 => RecordLabels.PhaseL3,
        0x04 => RecordLabels.Neutral,
        0x05 or 0x06 or 0x07 => RecordLabels.PhaseToPhase,
        >= 0x08 and <= 0x0B => RecordLabels.Quadrant,
        0x0C => RecordLabels.Difference,
        0x10 => RecordLabels.Accumulated,
        _ => RecordLabels.None,
    };

    /// <summary>Bit 3 says which limit, but for 68, the value during a lower one.</summary>
    private static RecordLabels Limit(int code) => (code & 0x08) != 0 && code != 0x68 ? RecordLabels.UpperLimit : RecordLabels.LowerLimit;

    private static void Rate(ref MBusRecord record, string sign, string per)
    {
        if (record.Unit.Symbol is UnitSymbol.W or UnitSymbol.VA or UnitSymbol.VAr or UnitSymbol.CubicMetrePerHour or UnitSymbol.JoulePerHour)
        {
            return; // a rate already: "per month" says over which period it was found, not another unit
        }

        record.Labels |= RecordLabels.PerUnit;
        record.Unit = (record.Unit.Symbol, per) switch
        {
            (UnitSymbol.CubicMetre, "h") => UnitSymbol.CubicMetrePerHour,
            (UnitSymbol.CubicMetre, "min") => UnitSymbol.CubicMetrePerMinute,
            (UnitSymbol.CubicMetre, "s") => UnitSymbol.CubicMetrePerSecond,
            (UnitSymbol.Kilogram, "h") => UnitSymbol.KilogramPerHour,
            (UnitSymbol.Joule, "h") => UnitSymbol.JoulePerHour,
            _ => new Unit(UnitSymbol.Own, (record.Unit.OwnText ?? record.Unit.ToString()) + sign + per),
        };
    }

    private static void BecomeTime(ref MBusRecord record)
    {
        record.Labels |= RecordLabels.TimeOf;
        (record.Form, record.Unit, record.Exponent, record.Kind) = (VifForm.DateTime, default, 0, ReadingKind.Text);
    }

    private static void BecomeDuration(int code, ref MBusRecord record)
    {
        record.Labels |= RecordLabels.DurationOf;
        (record.Form, record.Unit, record.Exponent, record.Kind) = (VifForm.Number, Times[code & 3], 0, ReadingKind.Instant);
    }
}
