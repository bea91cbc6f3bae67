using Protocols.Dlms.Model;

namespace Unit.Properties.Dlms;

/// <summary>Whose row it is, from when devices were seen.</summary>
public class ChannelTenantsTests
{
    private static readonly DateTime Start = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Whatever_is_exchanged_and_looked_at_no_row_goes_to_another_device_than_the_one_that_was_there()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var tenants = new ChannelTenants();
            var history = new List<(DateTime From, ChannelDevice Device)> { (DateTime.MinValue, Device(0)) };
            var at = Start;
            var looks = 0;
            for (var step = 0; step < 60; step++)
            {
                at = at.AddMinutes(random.Next(1, 90));
                if (random.Next(6) == 0 && looks > 0)
                {
                    history.Add((at, Device(history.Count))); // never the same device again: it would be found where it was
                }
                else
                {
                    tenants.See(history[^1].Device, at);
                    looks++;
                }
            }

            var first = tenants.List[0].InstalledAt is null ? DateTime.MinValue : Start;
            for (var row = first == DateTime.MinValue ? Start.AddDays(-1) : Start; row < at; row = row.AddMinutes(15))
            {
                if (tenants.Of(row) is { } owner)
                {
                    Assert.True(owner.Device == history.FindLast(one => one.From <= row).Device, $"seed {seed}: the row of {row:O} went to device {owner.Device.Number:X}");
                }
            }
        }
    }

    [Fact]
    public void A_row_is_known_up_to_the_last_sight_and_before_the_first_of_whoever_was_there_when_we_came()
    {
        var tenants = new ChannelTenants();
        Assert.True(tenants.See(Device(1), Start));
        Assert.Null(tenants.Of(Start.AddHours(5)));
        Assert.False(tenants.See(Device(1), Start.AddHours(6)));
        Assert.Equal(Device(1), tenants.Of(Start.AddHours(5))!.Device);
        Assert.Equal(Device(1), tenants.Of(Start.AddYears(-1))!.Device);
    }

    [Fact]
    public void A_row_between_two_devices_is_nobodys()
    {
        var tenants = new ChannelTenants();
        tenants.See(Device(1), Start);
        tenants.See(Device(2), Start.AddHours(2));
        Assert.Equal(Device(1), tenants.Of(Start)!.Device);
        Assert.Null(tenants.Of(Start.AddHours(1)));
        Assert.Equal(Device(2), tenants.Of(Start.AddHours(2))!.Device);
    }

    private static ChannelDevice Device(int number) => new((uint)number + 1, 0x1E78, 1, 3);
}
