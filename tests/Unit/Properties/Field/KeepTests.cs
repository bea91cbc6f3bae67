using Concentrator.Field;
using Metering;

namespace Unit.Properties.Field;

public class KeepTests
{
    [Fact]
    public void The_first_of_each_slot_is_kept_and_every_other_status_and_the_first_after_silence()
    {
        var keep = new KeepSlot(TimeSpan.FromMinutes(15));
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(1), 0));
        Assert.False(keep.Keeps(TimeSpan.FromMinutes(2), 0));
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(3), 4));
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(4), 0));
        Assert.False(keep.Keeps(TimeSpan.FromMinutes(14), 0));
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(15), 0));
        Assert.True(keep.Keeps(TimeSpan.FromDays(3), 0));
    }

    [Fact]
    public void A_slot_of_zero_keeps_all()
    {
        var keep = new KeepSlot(TimeSpan.Zero);
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(1), 0));
        Assert.True(keep.Keeps(TimeSpan.FromMinutes(1), 0));
    }

    [Fact]
    public void A_copy_is_told_for_60_s_by_meter_and_content()
    {
        var filter = new CopyFilter();
        var meter = MeterId.Parse("GWI-12345678-3C-03");
        Assert.False(filter.IsCopy(meter, 1, At(0)));
        Assert.True(filter.IsCopy(meter, 1, At(25)));
        Assert.False(filter.IsCopy(MeterId.Parse("GWI-12345679-3C-03"), 1, At(25)));
        Assert.False(filter.IsCopy(meter, 2, At(25)));
        Assert.False(filter.IsCopy(meter, 1, At(61)));
    }

    private static BoxTime At(int seconds) => new(null, TimeQuality.Unset, seconds * TimeSpan.TicksPerSecond, 1);
}
