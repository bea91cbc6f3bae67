using System.Diagnostics;
using System.Globalization;
using Drivers.Ports;
using Drivers.Usi;
using Protocols.Usi.Prime;
using Simulation.Modems;

namespace Benchmarks;

/// <summary>
/// S3, host turnaround: from the last octet of a confirm that was handed to a tty to the first octet of the next request read from it, while other requests wait for their turn. The modem is a pty
/// in this process, so the figure holds the wake-up of two threads, the framer, the hand-over of the turn and two system calls; no serial line, which is the same for everybody.
/// </summary>
internal static class TurnaroundRun
{
    private const int Requests = 1000, Askers = 6;
    private static readonly TimeSpan OnAir = TimeSpan.FromMilliseconds(10), Within = TimeSpan.FromSeconds(5);

    internal static async Task RunAsync()
    {
        using var pty = new Pty();
        using var stop = new CancellationTokenSource();
        var probe = PibRequest.Get(PrimePib.FirmwareVersion).ToFrame();
        using var port = new UsiPort(
            new UsiPortOptions(pty.Path, "a modem", probe, _ => true, null) { QuietAfter = TimeSpan.FromHours(1) }, _ => new(SerialLink.Open(pty.Path, UsiPortOptions.DefaultBaud)), _ => { }, _ => { },
            TimeProvider.System);
        var line = port.RunAsync(stop.Token);
        var turns = new List<double>();
        var modem = new Thread(() => Serve(pty, turns)) { IsBackground = true };
        modem.Start();
        var apdu = new byte[80];
        await Task.WhenAll(Enumerable.Range(0, Askers).Select(async asker =>
        {
            for (var i = 0; i < Requests / Askers; i++)
            {
                await port.AskAsync(new DataRequest(1, 1, (ushort)(asker + 1), apdu).ToFrame(), _ => true, Within, alone: true, stop.Token);
            }
        }));
        await stop.CancelAsync();
        await line.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        turns.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"host turnaround of {turns.Count} requests: median {turns[turns.Count / 2]:F3} ms, 99 % {turns[turns.Count * 99 / 100]:F3} ms, longest {turns[^1]:F3} ms (S3: median 5 ms)"));
    }

    /// <summary>Confirms whatever comes after a while, and sees how long the next takes.</summary>
    private static void Serve(Pty pty, List<double> turns)
    {
        var confirm = new DataConfirm(1, 1, 1, DataStatus.Sent).ToFrame().ToOctets();
        long confirmed = 0;
        for (var flags = 0; ;)
        {
            var octets = pty.Read(1000);
            if (octets.Length > 0 && flags == 0 && confirmed != 0)
            {
                turns.Add(Stopwatch.GetElapsedTime(confirmed).TotalMilliseconds);
            }

            flags += octets.Count(octet => octet == 0x7E);
            if (flags >= 2)
            {
                flags = 0;
                Thread.Sleep(OnAir);
                pty.Write(confirm);
                confirmed = Stopwatch.GetTimestamp();
            }
        }
    }
}
