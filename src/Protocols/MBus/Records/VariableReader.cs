using System.Text;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>Data of variable length (LVAR): text with its last character first, BCD with a sign, binary numbers, octets of containers.</summary>
internal static class VariableReader
{
    internal static void Read(ReadOnlyMemory<byte> plain, ReadOnlyMemory<byte> data, ref MBusRecord record)
    {
        var length = plain.Span[record.DataAt - 1];
        if (record.Form == VifForm.Container)
        {
            record.Value = Value.Octets(data);
            return;
        }

        switch (length)
        {
            case <= 0xBF:
                record.Value = Text(data.Span);
                break;
            case <= 0xC9:
                DataReader.ReadBcd(data.Span, ref record);
                break;
            case >= 0xD0 and <= 0xD9:
                DataReader.ReadBcd(data.Span, ref record);
                if (record.Value.Kind == ValueKind.Decimal)
                {
                    record.Value = Value.Decimal(-record.Value.Mantissa, record.Value.Exponent);
                }

                break;
            case >= 0xE0 and <= 0xEF when data.Length is > 0 and <= 15 && record.Form is VifForm.Number or VifForm.Unsigned:
                Int128 number = 0;
                for (var i = data.Length - 1; i >= 0; i--)
                {
                    number = (number << 8) | data.Span[i];
                }

                DataReader.SetNumber(number, ref record);
                break;
            default:
                record.Value = Value.Octets(data);
                break;
        }
    }

    private static Value Text(ReadOnlySpan<byte> data)
    {
        Span<byte> forward = stackalloc byte[data.Length];
        data.CopyTo(forward);
        forward.Reverse();
        return Value.Text(Encoding.Latin1.GetString(forward));
    }
}
