using Metering;
using Protocols.Dlms.Model;

namespace Unit.Vectors.Dlms;

/// <summary>date-time of twelve octets.</summary>
public class CosemTimeTests
{
    [Fact]
    public void Shared_rows_that_name_a_time_are_read_and_written_again()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "date-time"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            Assert.True(CosemTime.TryRead(octets, DeviationSign.Standard, out var time));
            var expected = row.GetProperty("expect").GetProperty("value").GetString()!;
            if (DateTimeOffset.TryParse(expected, System.Globalization.CultureInfo.InvariantCulture, out _) && expected.Contains('T', StringComparison.Ordinal))
            {
                Assert.Equal(expected, time.ToString());
                Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(CosemTime.Write(time)));
            }
            else
            {
                Assert.Equal(octets[0] == 0xFF, (time.Flags & DeviceTimeFlags.Periodic) != 0);
            }

            rows++;
        }

        Assert.True(rows >= 5, $"{rows} rows");
    }

    [Theory]
    [InlineData("07EA0B17010A0F0000FFC400", DeviationSign.Standard, "2026-11-23T09:15:00Z")]
    [InlineData("07EA0B17010A0F0000003C00", DeviationSign.Inverted, "2026-11-23T09:15:00Z")]
    [InlineData("07EA0A1907020F0000FF8880", DeviationSign.Standard, "2026-10-25T00:15:00Z")]
    [InlineData("07EA0A1907020F0000FFC400", DeviationSign.Standard, "2026-10-25T01:15:00Z")]
    public void The_deviation_says_which_of_two_equal_local_times_it_was(string hex, DeviationSign sign, string utc)
    {
        Assert.True(CosemTime.TryRead(Convert.FromHexString(hex), sign, out var time));
        Assert.Equal(utc, time.ToUtc()!.Value.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(hex, Convert.ToHexString(CosemTime.Write(time, sign)));
    }

    [Theory]
    [InlineData("07EA0B17010A0F00008000FF", RowClock.Ok)]
    [InlineData("07EA0B17010A0F0000800001", RowClock.Invalid)]
    [InlineData("07EA0B17010A0F0000800008", RowClock.Invalid)]
    [InlineData("07EA0B17010A0F0000800002", RowClock.Doubtful)]
    public void The_status_says_how_far_to_believe_it(string hex, RowClock clock)
    {
        var octets = Convert.FromHexString(hex);
        Assert.True(CosemTime.TryRead(octets, DeviationSign.Standard, out var time));
        Assert.Null(time.ToUtc()); // 8000: the deviation is not known, and is not guessed
        Assert.Equal(clock, CosemTime.ClockOf(octets[11]));
    }

    [Fact]
    public void Fewer_octets_are_no_time() => Assert.False(CosemTime.TryRead(new byte[11], DeviationSign.Standard, out _));
}
