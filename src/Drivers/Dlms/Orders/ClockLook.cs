using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>A meter's clock, and the box's at the same moment.</summary>
/// <param name="Data">As the meter sent it.</param>
/// <param name="Meter">What it means, its offset completed where the meter leaves it open.</param>
/// <param name="Difference">Meter minus box: half of the round trip is taken off.</param>
/// <param name="Uncertainty">Half of the round trip, and half a second where no hundredths were sent.</param>
internal readonly record struct ClockLook(ReadOnlyMemory<byte> Data, DeviceTime Meter, TimeSpan Difference, TimeSpan Uncertainty)
{
    private const int Looks = 3;
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255);

    /// <summary>Attributes and methods of the clock (class 8).</summary>
    internal static AttributeDescriptor Time => new(8, Clock, 2);

    /// <summary>shift_time.</summary>
    internal static AttributeDescriptor Shift => new(8, Clock, 6);

    /// <summary>Looks three times; the look with the shortest round trip counts.</summary>
    /// <exception cref="MeterRefusalException">The clock is not given, or names no time; or the box has none itself.</exception>
    internal static async ValueTask<ClockLook> TakeAsync(OrderMeter meter, CancellationToken stop)
    {
        (ReadOnlyMemory<byte> Data, DateTime Box, TimeSpan Uncertainty)? best = null;
        for (var look = 0; look < Looks; look++)
        {
            var began = meter.Clock.GetTimestamp();
            var data = await meter.DemandAsync(Time, stop).ConfigureAwait(false);
            var half = meter.Clock.GetElapsedTime(began) / 2;
            var box = meter.Time.Now.Utc ?? throw new MeterRefusalException("the box itself has no time");
            var uncertainty = half + ResolutionOf(Read(meter, data));
            best = best is { } before && before.Uncertainty <= uncertainty ? before : (data, box - half, uncertainty);
        }

        var shown = Read(meter, best!.Value.Data);
        var time = await CompleteAsync(meter, shown, stop).ConfigureAwait(false);
        var utc = time.ToUtc() ?? throw NoTime(best.Value.Data);
        return new ClockLook(best.Value.Data, time, utc - best.Value.Box + ResolutionOf(shown), best.Value.Uncertainty);
    }

    /// <summary>The octets to set the clock with, in the meter's own way: its offset, its summer time, its sign.</summary>
    internal byte[] ToSet(OrderMeter meter, DateTime boxUtc)
    {
        var isOpen = (Read(meter, Data).Flags & DeviceTimeFlags.HasOffset) == 0;
        var time = CosemTime.Of(boxUtc.AddMinutes(Meter.OffsetMinutes), Meter.OffsetMinutes, (Meter.Flags & DeviceTimeFlags.SummerTime) != 0);
        return new DataWriter().Octets(CosemTime.Write(isOpen ? time with { Flags = time.Flags & ~DeviceTimeFlags.HasOffset } : time, meter.Profile.Deviation)).ToArray();
    }

    /// <summary>A clock that shows whole seconds is half a second further on the average, and known no better than that.</summary>
    private static TimeSpan ResolutionOf(in DeviceTime time) => time.Hundredths == 0 ? TimeSpan.FromSeconds(0.5) : TimeSpan.Zero;

    private static DeviceTime Read(OrderMeter meter, ReadOnlyMemory<byte> data) =>
        data.Length is 13 or 14 && CosemTime.TryRead(data.Span[^CosemTime.Size..], meter.Profile.Deviation, out var time) && time.IsCalendar
            ? time : throw NoTime(data);

    private static MeterRefusalException NoTime(ReadOnlyMemory<byte> data) => new($"the meter's clock shows no time: {Convert.ToHexString(data.Span)}");

    /// <summary>A meter that leaves its deviation open tells its zone and its summer time in other attributes; one that tells neither has no time that can be compared.</summary>
    private static async ValueTask<DeviceTime> CompleteAsync(OrderMeter meter, DeviceTime time, CancellationToken stop)
    {
        if ((time.Flags & DeviceTimeFlags.HasOffset) != 0)
        {
            return time;
        }

        var zone = await NumberAsync(meter, 3, stop).ConfigureAwait(false) ?? throw new MeterRefusalException("the meter's clock has neither deviation nor time zone: it cannot be compared with the box's");
        var summer = (time.Flags & DeviceTimeFlags.SummerTime) != 0 ? await NumberAsync(meter, 7, stop).ConfigureAwait(false) ?? 60 : 0;
        var offset = (meter.Profile.Deviation == DeviationSign.Standard ? -zone : zone) + summer;
        return time with { OffsetMinutes = (short)offset, Flags = time.Flags | DeviceTimeFlags.HasOffset };
    }

    private static async ValueTask<int?> NumberAsync(OrderMeter meter, sbyte attribute, CancellationToken stop)
    {
        var visit = await meter.VisitAsync(stop).ConfigureAwait(false);
        return await visit.GetAsync(new AttributeDescriptor(8, Clock, attribute), null, stop).ConfigureAwait(false) is { } data
            && new AXdrReader(data.Span).TryInteger(out var number) && number >= -840 && number <= 840 ? (int)number : null;
    }
}
