using System.Globalization;
using Metering;

namespace Unit.Properties.Dlms;

/// <summary>Times at an end of the calendar, where a deviation leads out of it.</summary>
public class CalendarEndTests
{
    [Theory]
    [InlineData("0001-01-01T00:30", 60, null)]
    [InlineData("0001-01-01T01:00", 60, "0001-01-01T00:00")]
    [InlineData("9999-12-31T23:30", -60, null)]
    [InlineData("9999-12-31T22:30", -60, "9999-12-31T23:30")]
    [InlineData("2026-11-26T10:00", 60, "2026-11-26T09:00")]
    public void A_time_that_its_deviation_leads_out_of_the_calendar_has_no_UTC(string local, short offset, string? utc)
    {
        var at = DateTime.Parse(local, CultureInfo.InvariantCulture);
        var time = new DeviceTime((ushort)at.Year, (byte)at.Month, (byte)at.Day, (byte)at.Hour, (byte)at.Minute, 0, 0, offset, DeviceTimeFlags.HasOffset);
        Assert.Equal(utc is null ? null : DateTime.Parse(utc, CultureInfo.InvariantCulture), time.ToUtc());
    }
}
