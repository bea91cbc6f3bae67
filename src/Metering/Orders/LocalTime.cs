using Metering.Ledger;

namespace Metering.Orders;

/// <summary>A local time with its offset in a payload: ticks and minutes.</summary>
internal static class LocalTime
{
    private const int MostMinutes = 14 * 60;

    internal static void WriteTo(this DateTimeOffset time, OctetWriter to)
    {
        to.Signed(time.Ticks);
        to.Signed((long)time.Offset.TotalMinutes);
    }

    /// <exception cref="InvalidDataException">There is no such time.</exception>
    internal static DateTimeOffset Read(ref OctetReader from)
    {
        var (ticks, minutes) = (from.Signed(), from.Signed());
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || minutes is < -MostMinutes or > MostMinutes)
        {
            throw new InvalidDataException("the payload holds no local time");
        }

        try
        {
            return new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes));
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("the payload holds no local time", e);
        }
    }
}
