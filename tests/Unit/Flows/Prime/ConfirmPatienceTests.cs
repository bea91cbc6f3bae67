using Drivers.Prime;

namespace Unit.Flows.Prime;

/// <summary>How long a confirm is awaited.</summary>
public class ConfirmPatienceTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(40);

    [Fact]
    public void Before_anything_is_known_the_guard_holds() => Assert.Equal(Guard, new ConfirmPatience(Guard).Next);

    [Fact]
    public void A_quick_line_is_given_up_soon_and_twice_as_late_after_each_miss()
    {
        var patience = new ConfirmPatience(Guard);
        patience.Answered(TimeSpan.FromMilliseconds(300));
        Assert.Equal(TimeSpan.FromSeconds(10), patience.Next);
        patience.Missed();
        Assert.Equal(TimeSpan.FromSeconds(20), patience.Next);
        patience.Missed();
        patience.Missed();
        Assert.Equal(Guard, patience.Next);
    }

    [Fact]
    public void A_slow_confirm_counts_at_once_and_is_forgotten_little_by_little()
    {
        var patience = new ConfirmPatience(Guard);
        patience.Answered(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(36), patience.Next);
        for (var i = 0; i < 40; i++)
        {
            patience.Answered(TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal(TimeSpan.FromSeconds(10), patience.Next);
    }
}
