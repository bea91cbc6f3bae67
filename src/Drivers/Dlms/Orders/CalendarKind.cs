using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Writes an activity calendar beside the one that holds, reads it back octet for octet, replaces the special days, and has it take over at its time or at once. What an earlier order had
/// planned is called off first: a calendar that is half written must not take over.
/// </summary>
internal sealed class CalendarKind : IOrderKind
{
    private const ushort Class = 20;
    private const int Active = 2, Passive = 6, ActivateTime = 10;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1), TakesOverWithin = TimeSpan.FromSeconds(10);

    public OrderKind Kind => OrderKind.Calendar;

    public string? Refusal(MeterOrder order) => CalendarCheck.Refusal(CalendarOrder.Parse(order.Payload));

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var calendar = CalendarOrder.Parse(order.Payload);
        var name = meter.Named(calendar.Calendar, meter.Profile.Controls.Calendar, "calendar");
        var special = calendar.SpecialDays is null ? null : new SpecialDaysTable(meter, meter.Named(calendar.Table, meter.Profile.Controls.SpecialDays, "special days table"));
        var wanted = CalendarTables.Of(calendar);
        meter.Before = await TextAsync(meter, name, stop).ConfigureAwait(false);
        var isDueNow = calendar.Activate is not { } at || (meter.Time.Now.Utc is { } now && at.UtcDateTime <= now);
        if (isDueNow && await HoldsAsync(meter, name, Active, wanted, stop).ConfigureAwait(false) && (special is null || await special.HoldsAsync(calendar.SpecialDays!, stop).ConfigureAwait(false)))
        {
            yield return meter.Proven(OrderState.Done, $"calendar \"{calendar.Name}\" holds already: nothing was sent", meter.Before);
            yield break;
        }

        var (stage, fault) = ("", await WriteAsync(meter, name, wanted, stop).ConfigureAwait(false));
        if (fault is null)
        {
            stage = "the calendar waits beside the one that holds; ";
            yield return new OrderStep(OrderState.Running, "the calendar is written beside the one that holds, and reads back", null, default) { Before = meter.Before };
            fault = special is null ? null : await ReplaceAsync(special, calendar.SpecialDays!, stop).ConfigureAwait(false);
        }

        fault ??= isDueNow ? await TakeOverAsync(meter, name, wanted, stop).ConfigureAwait(false) : await PlanAsync(meter, name, calendar.Activate!.Value, stop).ConfigureAwait(false);
        var after = await TextAsync(meter, name, stop).ConfigureAwait(false);
        yield return fault is not null ? meter.Proven(stage.Length > 0 ? OrderState.Partial : OrderState.Failed, stage + fault, after)
            : meter.Proven(OrderState.Done, isDueNow ? $"calendar \"{calendar.Name}\" took over and reads back" : $"calendar \"{calendar.Name}\" takes over at {At(calendar.Activate!.Value)}", after);
    }

    /// <summary>Writes the tables that wait; gives what is wrong, or null.</summary>
    private static async ValueTask<string?> WriteAsync(OrderMeter meter, Obis name, byte[][] wanted, CancellationToken stop)
    {
        if (!IsNever((await meter.DemandAsync(Of(name, ActivateTime), stop).ConfigureAwait(false)).Span))
        {
            var result = await meter.WriteAsync(Of(name, ActivateTime), CalendarTables.Never, stop).ConfigureAwait(false);
            if (result != 0 || !IsNever((await meter.DemandAsync(Of(name, ActivateTime), stop).ConfigureAwait(false)).Span))
            {
                return $"the calendar that is planned cannot be called off: {ModelText.OfAttribute(Of(name, ActivateTime))}, {(result == 0 ? "it stays as it was" : ErrorText.OfDataAccess(result))}";
            }
        }

        var writes = new ProvenWrites(meter);
        for (var i = 0; i < wanted.Length; i++)
        {
            writes.Add(Of(name, Passive + i), wanted[i]);
        }

        await writes.WriteAsync(stop).ConfigureAwait(false);
        return writes.Refusal ?? await writes.DifferenceAsync(stop).ConfigureAwait(false);
    }

    private static async ValueTask<string?> ReplaceAsync(SpecialDaysTable table, IReadOnlyList<SpecialDay> days, CancellationToken stop) =>
        await table.HoldsAsync(days, stop).ConfigureAwait(false) ? null
        : await table.ReplaceAsync(days, stop).ConfigureAwait(false) ?? (await table.HoldsAsync(days, stop).ConfigureAwait(false) ? null : "the special days read back otherwise than they were written");

    private static async ValueTask<string?> PlanAsync(OrderMeter meter, Obis name, DateTimeOffset at, CancellationToken stop)
    {
        var writes = new ProvenWrites(meter);
        writes.Add(Of(name, ActivateTime), new DataWriter().Octets(CosemTime.Write(LimiterKind.LocalOf(at), meter.Profile.Deviation)).ToArray());
        await writes.WriteAsync(stop).ConfigureAwait(false);
        return writes.Refusal ?? await writes.DifferenceAsync(stop).ConfigureAwait(false);
    }

    private static async ValueTask<string?> TakeOverAsync(OrderMeter meter, Obis name, byte[][] wanted, CancellationToken stop)
    {
        var activate = new AttributeDescriptor(Class, name, 1);
        var result = await meter.ActAsync(activate, new DataWriter().Int8(0).ToArray(), stop).ConfigureAwait(false);
        var began = meter.Clock.GetTimestamp();
        while (!await HoldsAsync(meter, name, Active, wanted, stop).ConfigureAwait(false))
        {
            if (result != 0 || meter.Clock.GetElapsedTime(began) > TakesOverWithin)
            {
                return result != 0 ? $"the meter refuses {ModelText.OfMethod(activate)}: {ErrorText.OfAction(result)}" : "it was told to take over, and another one holds";
            }

            await Task.Delay(LookAgain, meter.Clock, stop).ConfigureAwait(false);
        }

        return null;
    }

    private static async ValueTask<bool> HoldsAsync(OrderMeter meter, Obis name, int from, byte[][] wanted, CancellationToken stop)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!(await meter.DemandAsync(Of(name, from + i), stop).ConfigureAwait(false)).Span.SequenceEqual(wanted[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For people: <c>"WINTER" holds, "SUMMER" takes over at 2027-03-28T00:00</c>.</summary>
    private static async ValueTask<string> TextAsync(OrderMeter meter, Obis name, CancellationToken stop)
    {
        var (holds, waits, at) = (await meter.DemandAsync(Of(name, Active), stop).ConfigureAwait(false), await meter.DemandAsync(Of(name, Passive), stop).ConfigureAwait(false),
            await meter.DemandAsync(Of(name, ActivateTime), stop).ConfigureAwait(false));
        var planned = IsNever(at.Span) ? "" : $" takes over at {(CosemTime.TryRead(at.Span[^CosemTime.Size..], meter.Profile.Deviation, out var time) && time.IsCalendar ? time.ToString() : Convert.ToHexString(at.Span))}";
        return $"\"{Text(holds)}\" holds, \"{Text(waits)}\"{(planned.Length > 0 ? planned : " waits")}";
    }

    private static bool IsNever(ReadOnlySpan<byte> time) => time.Length < CosemTime.Size || time[^CosemTime.Size] == 0xFF || time[^CosemTime.Size..].IndexOfAnyExcept((byte)0) < 0;

    private static string Text(ReadOnlyMemory<byte> name) => name.Length > 2 ? new string([.. Encoding.Latin1.GetString(name.Span[2..]).Select(letter => char.IsControl(letter) ? '.' : letter)]) : "";

    private static string At(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static AttributeDescriptor Of(Obis name, int attribute) => new(Class, name, (sbyte)attribute);
}
