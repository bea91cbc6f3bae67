using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// Bodies whose values have their name in front: in a row (Kamstrup, Landis+Gyr E450: name, value; Netz NO: name, value, {scaler, unit}) or each in a structure of its own (Aidon and
/// all of the Nordic HAN specification: {name, value, [{scaler, unit}]}). Between them may stand a clock and texts without name.
/// </summary>
internal static class NamedBody
{
    private const int NameLength = 6;
    private const byte AnyTariff = 0xFF;
    private static readonly CaptureObject Clock = new(CaptureObject.ClockClass, new Obis(0, 0, 1, 0, 0, 255), 2, 0);

    internal static bool TryRead(ReadOnlySpan<byte> body, IReadOnlyList<PushElement> top, List<PushValue> values)
    {
        var (found, named) = (new List<PushValue>(), 0);
        for (var i = 0; i < top.Count; i++)
        {
            var element = top[i];
            if (TryStructure(body, element, out var inner))
            {
                found.Add(inner);
                named++;
            }
            else if (TryName(body.Slice(element.At, element.Length), out var name) && i + 1 < top.Count && !TryName(body.Slice(top[i + 1].At, top[i + 1].Length), out _))
            {
                var value = top[++i];
                ScalerUnit? scale = i + 1 < top.Count && ScalerUnit.TryRead(body.Slice(top[i + 1].At, top[i + 1].Length), out var read) ? read : null;
                i += scale is null ? 0 : 1;
                found.Add(Named(body, name, value.At, value.Length, scale));
                named++;
            }
            else if (element.Tag is AXdrTag.OctetString or AXdrTag.DateTime && IsTime(body.Slice(element.At, element.Length)))
            {
                found.Add(new PushValue(Clock, element.At, element.Length, null));
            }
            else
            {
                found.Add(new PushValue(default, element.At, element.Length, null) { Place = i + 1 });
            }
        }

        if (named == 0)
        {
            return false;
        }

        values.AddRange(found);
        return true;
    }

    /// <summary>True where a structure begins with 06 09 instead of 09 06: read as it stands it would be a number.</summary>
    internal static bool IsSwapped(ReadOnlySpan<byte> body, int at) =>
        body.Length - at >= 4 + NameLength && body[at] == (byte)AXdrTag.Structure && body[at + 1] is 2 or 3 && body[at + 2] == NameLength && body[at + 3] == (byte)AXdrTag.OctetString && body[at + 3 + NameLength] == AnyTariff;

    /// <summary>Passes over a structure whose name has tag and length swapped.</summary>
    internal static bool TrySkipSwapped(ref AXdrReader reader, ReadOnlySpan<byte> body)
    {
        if (!IsSwapped(body, reader.Position))
        {
            return false;
        }

        var rest = body[reader.Position + 1] - 1;
        reader.TryOctets(4 + NameLength, out _);
        for (var i = 0; i < rest; i++)
        {
            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryStructure(ReadOnlySpan<byte> body, in PushElement element, out PushValue value)
    {
        value = default;
        if (element is not { Tag: AXdrTag.Structure, Count: 2 or 3 })
        {
            return false;
        }

        var octets = body.Slice(element.At, element.Length); // what stands behind the element is not part of a name
        var reader = new AXdrReader(octets);
        Obis name;
        if (IsSwapped(octets, 0))
        {
            reader.TryOctets(4 + NameLength, out var head);
            name = NameOf(head[4..]);
        }
        else if (!reader.TryItem(out _) || !reader.TryItem(out var first) || first is not { Tag: AXdrTag.OctetString, Content.Length: NameLength })
        {
            return false;
        }
        else
        {
            name = NameOf(first.Content);
        }

        var at = reader.Position;
        if (!reader.TrySkip())
        {
            return false;
        }

        var length = reader.Position - at;
        ScalerUnit? scale = element.Count == 3 && ScalerUnit.TryRead(body.Slice(element.At + reader.Position, element.Length - reader.Position), out var read) ? read : null;
        if (element.Count == 3 && scale is null)
        {
            return false;
        }

        value = Named(body, name, element.At + at, length, scale);
        return true;
    }

    /// <summary>The class does not travel: a clock is known by its name, what has a unit, or is a number of a medium, is a register, anything else data.</summary>
    private static PushValue Named(ReadOnlySpan<byte> body, Obis name, int at, int length, ScalerUnit? scale)
    {
        var isNumber = (AXdrTag)body[at] is AXdrTag.Int8 or AXdrTag.Int16 or AXdrTag.Int32 or AXdrTag.Int64 or AXdrTag.UInt8 or AXdrTag.UInt16 or AXdrTag.UInt32 or AXdrTag.UInt64 or AXdrTag.Float32 or AXdrTag.Float64;
        var isClock = name is { C: 1, D: 0, E: 0 } && name.A is 0 && IsTime(body.Slice(at, length));
        var classId = isClock ? CaptureObject.ClockClass : scale is not null || (isNumber && name.A != 0) ? (ushort)3 : (ushort)1;
        return new PushValue(new CaptureObject(classId, name, 2, 0), at, length, scale);
    }

    private static bool TryName(ReadOnlySpan<byte> data, out Obis name)
    {
        name = default;
        if (data is not [(byte)AXdrTag.OctetString, NameLength, _, _, _, _, _, AnyTariff])
        {
            return false;
        }

        name = NameOf(data[2..]);
        return true;
    }

    private static bool IsTime(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var item) && CosemTime.TryRead(item.Content, DeviationSign.Standard, out var time) && time.IsCalendar;
    }

    private static Obis NameOf(ReadOnlySpan<byte> o) => new(o[0], o[1], o[2], o[3], o[4], o[5]);
}
