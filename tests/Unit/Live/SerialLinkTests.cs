using Drivers.Ports;
using Simulation.Modems;

namespace Unit.Live;

/// <summary>A real tty whose far end goes away: nothing may wait for it for ever.</summary>
public class SerialLinkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_port_that_was_pulled_out_takes_nothing_and_lets_itself_be_closed(bool writes)
    {
        var pty = new Pty();
        var link = SerialLink.Open(pty.Path, 9600);
        await link.WriteAsync(new byte[] { 1, 2, 3 }, CancellationToken.None);
        pty.Dispose();
        if (writes)
        {
            await Assert.ThrowsAsync<IOException>(() => link.WriteAsync(new byte[] { 4, 5, 6 }, CancellationToken.None).AsTask().WaitAsync(Street.Hang));
        }

        await Task.Run(async () => await link.DisposeAsync()).WaitAsync(Street.Hang);
    }

    [Fact]
    public async Task Every_octet_value_passes_both_ways_and_the_speed_can_be_changed_while_it_is_open()
    {
        using var pty = new Pty();
        await using var link = SerialLink.Open(pty.Path, 300);
        Assert.Equal(300, pty.Baud);
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        await link.WriteAsync(all, CancellationToken.None);
        var arrived = new List<byte>();
        await Street.WaitAsync(() => { arrived.AddRange(pty.Read(50)); return arrived.Count >= all.Length; }, "not all octets left");
        Assert.Equal(all, arrived);
        link.SetSpeed(9600);
        Assert.Equal(9600, pty.Baud);
        Assert.Throws<IOException>(() => link.SetSpeed(9601));
        Assert.True(pty.Write(all));
        arrived.Clear();
        while (arrived.Count < all.Length)
        {
            var read = await link.Input.ReadAsync().AsTask().WaitAsync(Street.Hang);
            arrived.AddRange(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
            link.Input.AdvanceTo(read.Buffer.End);
        }

        Assert.Equal(all, arrived);
    }

    [Fact]
    public async Task Who_waits_for_octets_hears_that_the_far_end_is_gone_and_what_is_no_line_is_said()
    {
        var pty = new Pty();
        await using var link = SerialLink.Open(pty.Path, 9600);
        var waiting = link.Input.ReadAsync().AsTask();
        pty.Dispose();
        Assert.Contains("is gone", (await Assert.ThrowsAsync<IOException>(() => waiting.WaitAsync(Street.Hang))).Message, StringComparison.Ordinal);
        Assert.Contains("is not there", Assert.Throws<IOException>(() => SerialLink.Open("/dev/nothing", 9600)).Message, StringComparison.Ordinal);
        Assert.Contains("is no serial line", Assert.Throws<IOException>(() => SerialLink.Open("/dev/null", 9600)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_whose_far_end_reads_nothing_lets_itself_be_closed()
    {
        using var pty = new Pty();
        var link = SerialLink.Open(pty.Path, 9600);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(() => link.WriteAsync(new byte[200_000], stop.Token).AsTask().WaitAsync(Street.Hang));
        await Task.Run(async () => await link.DisposeAsync()).WaitAsync(Street.Hang);
    }
}
