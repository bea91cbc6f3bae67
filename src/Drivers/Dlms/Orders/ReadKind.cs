using System.Globalization;
using System.Runtime.CompilerServices;
using Metering.Driver;
using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>Reads profiles, logs and registers. Every part but the last is told with a step of its own, the last with the final one.</summary>
internal sealed class ReadKind : IOrderKind
{
    public OrderKind Kind => OrderKind.Read;

    public bool LetsOthersPass => true;

    public bool PassesOwner => true;

    public string? Refusal(MeterOrder order) => ReadOrder.Parse(order.Payload).What.Length == 0 ? "the order does not say what to read" : null;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var read = ReadOrder.Parse(order.Payload);
        if (read.What == ReadOrder.BroadcastRights)
        {
            yield return await RightsCheck.RunAsync(meter, read.Task, stop).ConfigureAwait(false);
            yield break;
        }

        var reader = await meter.ReaderAsync(stop).ConfigureAwait(false);
        MeterAnswer? last = null;
        var (parts, rows, events) = (0, 0, 0);
        string? note = null;
        var isLost = false;
        await foreach (var answer in reader.ReadAsync(read, order.Id, stop).ConfigureAwait(false))
        {
            if (last is { } before)
            {
                yield return new OrderStep(OrderState.Running, $"part {parts}: {Summary(before.Block?.Rows.Length ?? 0, before.Events?.Count ?? 0)}{Note(before)}", before.Block, default) { Told = Told(meter, before, read) };
            }

            last = answer;
            note ??= answer.Note;
            isLost |= answer.IsOfLostClock;
            (parts, rows, events) = (parts + 1, rows + (answer.Block?.Rows.Length ?? 0), events + (answer.Events?.Count ?? 0));
        }

        yield return last is { } whole
            ? new OrderStep(OrderState.Done, note is null ? Summary(rows, events) : $"{Summary(rows, events)}; {note}", whole.Block, default) { Told = Told(meter, whole, read), Why = isLost && events == 0 ? MissReason.ClockBeyondWindow : rows + events > 0 ? MissReason.None : note is null ? MissReason.ProfileEmpty : MissReason.ClockBeyondWindow, HoldsFrom = whole.HoldsFrom }
            : new OrderStep(OrderState.Done, "nothing is there to be read", null, default) { Why = MissReason.ProfileEmpty };
    }

    private static DriverEvent? Told(OrderMeter meter, in MeterAnswer answer, ReadOrder read) => answer.Block is null && answer.Events is null ? null : meter.Told(answer, read.Task);

    private static string Note(in MeterAnswer answer) => answer.Note is null ? "" : "; " + answer.Note;

    private static string Summary(int rows, int events) => events > 0 ? string.Create(CultureInfo.InvariantCulture, $"{events} events") : string.Create(CultureInfo.InvariantCulture, $"{rows} rows");
}
