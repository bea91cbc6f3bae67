using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>A limiter as it was read: what it watches, in which unit, and what it holds.</summary>
/// <param name="Type">The type of its thresholds.</param>
/// <param name="Attributes">Attributes 4 to 9, as Data; empty for one the meter does not give.</param>
internal readonly record struct LimiterLook(ScalerUnit Unit, AXdrTag Type, IReadOnlyList<ReadOnlyMemory<byte>> Attributes)
{
    private const ushort Class = 71;
    private const int First = 4, Last = 9;

    /// <summary>An attribute of a limiter.</summary>
    internal static AttributeDescriptor Of(Obis limiter, int attribute) => new(Class, limiter, (sbyte)attribute);

    /// <summary>One of 4 to 9.</summary>
    internal ReadOnlySpan<byte> this[int attribute] => Attributes[attribute - First].Span;

    /// <exception cref="MeterRefusalException">There is no such limiter, or what it watches has no scaler and unit.</exception>
    internal static async ValueTask<LimiterLook> TakeAsync(OrderMeter meter, Obis limiter, CancellationToken stop)
    {
        var monitored = Monitored(await meter.DemandAsync(Of(limiter, 2), stop).ConfigureAwait(false))
            ?? throw new MeterRefusalException($"{ModelText.OfObject(Class, limiter)} does not say which value it watches");
        var reader = await meter.ReaderAsync(stop).ConfigureAwait(false);
        var unit = await reader.ColumnAsync(monitored, stop).ConfigureAwait(false);
        AttributeDescriptor[] asked = [.. Enumerable.Range(First, Last - First + 1).Select(attribute => Of(limiter, attribute))];
        var answers = await reader.Visit.GetAllAsync(asked, stop).ConfigureAwait(false);
        var type = TypeOf(answers[0].Data.Span);
        type = type != AXdrTag.Null ? type : TypeOf((await meter.DemandAsync(new AttributeDescriptor(monitored.ClassId, monitored.Name, (sbyte)monitored.Attribute), stop).ConfigureAwait(false)).Span);
        return new LimiterLook(new ScalerUnit(unit.Scaler, unit.Unit), type, [.. answers.Select(answer => answer.Data)]);
    }

    /// <summary>For people: <c>normal 4600 W over 60 s under 60 s, emergency 2300 W, emergency profile 0, no groups</c>.</summary>
    internal string Text => string.Create(
        CultureInfo.InvariantCulture, $"normal {Threshold(4)} over {Number(6)} s under {Number(7)} s, emergency {Threshold(5)}, emergency profile {Profile}, {Groups}");

    private string Threshold(int attribute) => ScaledInteger.Read(this[attribute], Unit.Scaler) is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value} {Unit.Unit}") : "unknown";

    private string Number(int attribute) => ScaledInteger.Read(this[attribute], 0)?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private string Profile
    {
        get
        {
            var reader = new AXdrReader(this[8]);
            return !reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 3 } || !reader.TryInteger(out var id) || !reader.TryItem(out var at) || !reader.TryInteger(out var seconds) ? "unknown"
                : seconds == 0 ? id.ToString(CultureInfo.InvariantCulture)
                : $"{id} from {(CosemTime.TryRead(at.Content, DeviationSign.Standard, out var time) && time.IsCalendar ? time.ToString() : Convert.ToHexString(at.Content))} for {seconds} s";
        }
    }

    private string Groups
    {
        get
        {
            var reader = new AXdrReader(this[9]);
            var groups = new List<string>();
            for (var left = reader.TryItem(out var list) && list.Tag == AXdrTag.Array ? list.Count : 0; left > 0 && reader.TryInteger(out var group); left--)
            {
                groups.Add(group.ToString(CultureInfo.InvariantCulture));
            }

            return groups.Count == 0 ? "no groups" : $"groups {string.Join(' ', groups)}";
        }
    }

    private static CaptureObject? Monitored(ReadOnlyMemory<byte> data)
    {
        var reader = new AXdrReader(data.Span);
        return reader.TryItem(out var head) && head is { Tag: AXdrTag.Structure, Count: 3 } && reader.TryInteger(out var classId) && reader.TryItem(out var name) && name.Content.Length == 6
            && reader.TryInteger(out var attribute) && classId > 0 && classId <= ushort.MaxValue && attribute > 0 && attribute < 128
            ? new CaptureObject((ushort)classId, new Obis(name.Content[0], name.Content[1], name.Content[2], name.Content[3], name.Content[4], name.Content[5]), (byte)attribute, 0) : null;
    }

    private static AXdrTag TypeOf(ReadOnlySpan<byte> data) => data.IsEmpty ? AXdrTag.Null : (AXdrTag)data[0];
}
