using Concentrator.Field;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Unit.Properties.Field;

/// <summary>How far a log was read is told by events of a clock that can be right; others are stored and move nothing.</summary>
public class ReadMarksTests
{
    private static readonly MeterId Meter = MeterId.Parse("SIM0000000000001");
    private static readonly Obis Log = Obis.Parse("0-0:99.98.0*255");
    private static readonly DateTime Now = new(2026, 11, 26, 10, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(0, 0, 0)] // no time
    [InlineData(1, 1, 1)]
    [InlineData(1970, 1, 1)]
    [InlineData(2099, 1, 1)]
    [InlineData(9999, 12, 31)]
    public void An_event_of_a_clock_that_is_nowhere_near_is_known_and_moves_no_mark(int year, int month, int day)
    {
        var marks = new ReadMarks();
        var events = new[] { Event(year, month, day) };
        marks.Stored(new MeterEventsRecord(Meter, "feeder", events, default, "standard-log"), Now);
        Assert.Null(marks.Last(Meter, "standard-log"));
        Assert.Empty(marks.Fresh(Meter, events));
        marks.Stored(new MeterEventsRecord(Meter, "feeder", [Event(2026, 11, 25)], default, "standard-log"), Now);
        Assert.Equal(new DateTime(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc), marks.Last(Meter, "standard-log"));
    }

    private static MeterEvent Event(int year, int month, int day) => new(Log, 1, "idis", new DeviceTime((ushort)year, (byte)month, (byte)day, 0, 0, 0, 0, 0, DeviceTimeFlags.HasOffset), 0, "power down");
}
