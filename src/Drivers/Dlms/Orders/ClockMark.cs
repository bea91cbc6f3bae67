using System.Buffers.Binary;

namespace Drivers.Dlms.Orders;

/// <summary>
/// What is kept of the last move of a meter's clock, as ticks: when it was moved; or, before it is known whether it was, when it was to be moved | meter minus box then | how well that was known |
/// when it was moved before, 0 for never.
/// </summary>
/// <param name="At">The box's UTC.</param>
/// <param name="Difference">What it showed before it was to be moved; null where it was moved.</param>
/// <param name="Uncertainty">Of the difference.</param>
/// <param name="Earlier">The move before this one.</param>
internal readonly record struct ClockMark(DateTime? At, TimeSpan? Difference, TimeSpan Uncertainty, DateTime? Earlier)
{
    private const int MovedSize = 8, Size = 32, AtDifference = 8, AtUncertainty = 16, AtEarlier = 24;

    /// <summary>The clock is about to be moved.</summary>
    internal static ClockMark Begin(DateTime at, in ClockLook shown, DateTime? earlier) => new(at, shown.Difference, shown.Uncertainty, earlier);

    /// <summary>The meter took it.</summary>
    internal ClockMark Moved() => new(At, null, default, null);

    /// <summary>When the clock was last moved. Where nobody knows whether the last move was made, the clock tells: it was not, where it is off by what it was off before.</summary>
    /// <param name="slack">A difference that is none: what a clock drifts in some days.</param>
    internal DateTime? LastMoved(in ClockLook shown, TimeSpan slack) =>
        Difference is not { } before || (shown.Difference - before).Duration() > slack + Uncertainty + shown.Uncertainty ? At : Earlier;

    internal static ClockMark Load(OrderMeter meter)
    {
        var kept = meter.Memory.Load(meter.Driver, NameOf(meter)).Span;
        return kept.Length switch
        {
            MovedSize => new ClockMark(TimeAt(kept), null, default, null),
            Size => new ClockMark(TimeAt(kept), SpanAt(kept[AtDifference..]), SpanAt(kept[AtUncertainty..]), TimeAt(kept[AtEarlier..])),
            _ => default,
        };
    }

    internal ValueTask SaveAsync(OrderMeter meter, CancellationToken stop)
    {
        var kept = new byte[Difference is null ? MovedSize : Size];
        BinaryPrimitives.WriteInt64BigEndian(kept, At?.Ticks ?? 0);
        if (Difference is { } before)
        {
            BinaryPrimitives.WriteInt64BigEndian(kept.AsSpan(AtDifference), before.Ticks);
            BinaryPrimitives.WriteInt64BigEndian(kept.AsSpan(AtUncertainty), Uncertainty.Ticks);
            BinaryPrimitives.WriteInt64BigEndian(kept.AsSpan(AtEarlier), Earlier?.Ticks ?? 0);
        }

        return meter.Memory.SaveAsync(meter.Driver, NameOf(meter), kept, stop);
    }

    private static DateTime? TimeAt(ReadOnlySpan<byte> ticks) => BinaryPrimitives.ReadInt64BigEndian(ticks) is > 0 and var at && at <= DateTime.MaxValue.Ticks ? new DateTime(at, DateTimeKind.Utc) : null;

    private static TimeSpan SpanAt(ReadOnlySpan<byte> ticks) => new(BinaryPrimitives.ReadInt64BigEndian(ticks));

    private static string NameOf(OrderMeter meter) => "clock-moved/" + meter.Id.Text;
}
