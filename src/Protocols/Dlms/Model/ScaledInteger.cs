using System.Buffers.Binary;
using System.Globalization;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>An exact decimal as the integer a meter holds: divided by ten to the power of its scaler, in the type it has there. Nothing is rounded.</summary>
public static class ScaledInteger
{
    private const int MostDigits = 27;

    /// <summary>The Data; null with the reason where the value has no such form.</summary>
    /// <param name="type">An integer type.</param>
    public static byte[]? Write(decimal value, sbyte scaler, AXdrTag type, out string? fault)
    {
        fault = null;
        var (least, most, octets) = type switch
        {
            AXdrTag.Int8 => ((decimal)sbyte.MinValue, sbyte.MaxValue, 1), AXdrTag.UInt8 => (0m, byte.MaxValue, 1),
            AXdrTag.Int16 => (short.MinValue, short.MaxValue, 2), AXdrTag.UInt16 => (0m, ushort.MaxValue, 2),
            AXdrTag.Int32 => (int.MinValue, int.MaxValue, 4), AXdrTag.UInt32 => (0m, uint.MaxValue, 4),
            AXdrTag.Int64 => (long.MinValue, long.MaxValue, 8), AXdrTag.UInt64 => (0m, ulong.MaxValue, 8),
            _ => (0m, -1m, 0),
        };
        if (octets == 0 || Math.Abs((int)scaler) > MostDigits)
        {
            fault = octets == 0 ? $"{type} is no integer" : $"a scaler of {scaler} leaves no digit";
            return null;
        }

        var unit = Power(Math.Abs((int)scaler));
        if (scaler < 0 && Math.Abs(value) > decimal.MaxValue / unit)
        {
            fault = Text($"{value} does not fit into {type} with scaler {scaler}");
            return null;
        }

        var scaled = scaler < 0 ? value * unit : value / unit;
        if (decimal.Truncate(scaled) != scaled || (scaler > 0 && scaled * unit != value))
        {
            fault = Text($"{value} is finer than the meter holds it: in steps of {(scaler < 0 ? 1 / unit : unit)}");
        }
        else if (scaled < least || scaled > most)
        {
            fault = Text($"{value} does not fit into {type} with scaler {scaler}");
        }

        if (fault is not null)
        {
            return null;
        }

        Span<byte> wide = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, (Int128)scaled);
        return [(byte)type, .. wide[^octets..]];
    }

    /// <summary>The exact decimal of an integer, without zeros behind; null where the Data is none, or too long for a decimal.</summary>
    public static decimal? Read(ReadOnlySpan<byte> data, sbyte scaler)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryInteger(out var number) || Math.Abs((int)scaler) > 9)
        {
            return null;
        }

        var value = (decimal)number;
        return scaler < 0 ? value / Power(-scaler) : value * Power(scaler);
    }

    private static decimal Power(int ten)
    {
        var power = 1m;
        for (; ten > 0; ten--)
        {
            power *= 10;
        }

        return power;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
