using System.Diagnostics;
using Drivers.Ports;
using Protocols.Framing;
using Protocols.Usi;
using Simulation.Cli;
using Simulation.Field;
using Simulation.Scenarios;

namespace Unit.Live;

/// <summary>The modem of a substation on a real pty: the pace of its line, and a cable that is pulled out and put back.</summary>
public sealed class G3PtyTests : IDisposable
{
    private readonly string _ports = Path.Combine(Path.GetTempPath(), $"ports-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_ports, recursive: true);

    [Fact]
    public async Task It_answers_not_faster_than_its_line_and_is_back_after_it_was_pulled_out()
    {
        var elapsed = TimeSpan.Zero;
        using var field = new PlcField(
            PlcGroup.G3 with { Count = 2, Unplug = [new Pause(TimeSpan.FromHours(1), TimeSpan.FromHours(1))] }, 1, _ports, TimeProvider.System);
        using var thread = new PortThread(field, () => elapsed);
        await using (var link = await OpenAsync())
        {
            await SendAsync(link, "0A0001");
            Assert.Equal("00000A", (await TakeAsync(link, 1))[0]);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 200; i++)
            {
                await SendAsync(link, "120000000F0000");
            }

            var answers = await TakeAsync(link, 200);
            Assert.All(answers, answer => Assert.Equal("28000000000F00000108", answer));
            Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds >= 200 * 16 / 11_520.0); // each answer is of 16 octets
            elapsed = TimeSpan.FromHours(1.5);
            await Assert.ThrowsAsync<IOException>(async () => await TakeAsync(link, 1));
            Assert.False(File.Exists(Path.Combine(_ports, "g3")));
        }

        elapsed = TimeSpan.FromHours(3);
        await using var again = await OpenAsync();
        await SendAsync(again, "120000000F0000");
        Assert.Equal("000112", (await TakeAsync(again, 1))[0]); // it lost its power with its cable
    }

    private async Task<ILink> OpenAsync()
    {
        var path = Path.Combine(_ports, "g3");
        var began = Stopwatch.GetTimestamp();
        while (!File.Exists(path))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Street.Hang, "the port does not come");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return SerialLink.Open(path, 115_200);
    }

    private static ValueTask SendAsync(ILink link, string payload) => link.WriteAsync(new UsiFrame(UsiProtocol.G3Adp, Convert.FromHexString(payload)).ToOctets(), CancellationToken.None);

    private static async Task<List<string>> TakeAsync(ILink link, int count)
    {
        var framer = new UsiFramer();
        var all = new List<string>();
        while (all.Count < count)
        {
            var read = await link.Input.ReadAsync().AsTask().WaitAsync(Street.Hang);
            var rest = read.Buffer;
            while (all.Count < count && framer.Read(ref rest, out var frame, out _) is not FrameRead.NeedMore and var outcome)
            {
                if (outcome == FrameRead.Got)
                {
                    all.Add(Convert.ToHexString(frame.Payload.Span));
                }
            }

            link.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted && all.Count < count)
            {
                throw new IOException("the port was closed");
            }
        }

        return all;
    }
}
