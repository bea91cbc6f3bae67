using Drivers.Ports;
using Simulation.Modems;

namespace Unit.Live;

/// <summary>A real tty whose far end goes away: nothing may wait for it for ever.</summary>
public class SerialLinkTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

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
            await Assert.ThrowsAsync<IOException>(() => link.WriteAsync(new byte[] { 4, 5, 6 }, CancellationToken.None).AsTask().WaitAsync(Hang));
        }

        await Task.Run(async () => await link.DisposeAsync()).WaitAsync(Hang);
    }

    [Fact]
    public async Task A_port_whose_far_end_reads_nothing_lets_itself_be_closed()
    {
        using var pty = new Pty();
        var link = SerialLink.Open(pty.Path, 9600);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(() => link.WriteAsync(new byte[200_000], stop.Token).AsTask().WaitAsync(Hang));
        await Task.Run(async () => await link.DisposeAsync()).WaitAsync(Hang);
    }
}
