using Simulation.Air;
using Simulation.Field;
using Simulation.HeadEnd;
using Simulation.Modems;
using Simulation.Truth;

namespace Simulation.Cli;

/// <summary>Runs a street in real time on a pty until told to stop.</summary>
internal sealed class Street(SimOptions options, TimeProvider clock)
{
    private readonly Im871aStick _stick = new();
    private readonly long _started = clock.GetTimestamp();
    private long _sent, _written, _collided, _weak, _nobody;
    private bool _wasOpen;

    internal async Task RunAsync(TextWriter output, TextWriter progress, CancellationToken stop)
    {
        await using var headEnd = options.Mqtt is { } wanted ? await SmallHeadEnd.StartAsync(wanted, options.Rows).ConfigureAwait(false) : null;
        if (headEnd is not null)
        {
            await output.WriteLineAsync($"broker on 127.0.0.1:{headEnd.Port}   mosquitto_sub -p {headEnd.Port} -t 'dc/v1/+/readings/#'").ConfigureAwait(false);
        }

        var start = clock.GetUtcNow().UtcDateTime;
        var field = new StreetField(options.Meters, options.Seed, start);
        WriteKeys(field);
        using var pty = new Pty();
        Link(pty);
        using var truth = new TruthFile(options.Truth);
        var replay = options.Replay is null ? null : new Queue<byte[]>(ReplayFile.Read(options.Replay));
        var told = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            Answer(pty, truth);
            truth.Settle(clock.GetUtcNow().UtcDateTime);
            while (replay is null && field.NextStart <= Elapsed)
            {
                Transmit(pty, truth, field.Next());
            }

            if (replay is { Count: > 0 } && _stick.HearsT1OrC1)
            {
                pty.Write(Im871aStick.Indicate(replay.Dequeue(), -70));
            }

            if (Elapsed - told > TimeSpan.FromSeconds(10))
            {
                told = Elapsed;
                await progress.WriteLineAsync($"sent {_sent}, to the port {_written}, collided {_collided}, too weak {_weak}, nobody listening {_nobody}").ConfigureAwait(false);
            }
        }
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_started) * options.Speed;

    private void Answer(Pty pty, TruthFile truth)
    {
        var octets = pty.Read(5);
        if (octets.Length > 0)
        {
            pty.Write(_stick.Take(octets));
        }

        var open = pty.IsOpen;
        if (!open)
        {
            if (_wasOpen)
            {
                truth.FarEndClosed();
            }

            Thread.Sleep(5); // poll returns at once while nobody has the other end
        }

        _wasOpen = open;
    }

    private void Transmit(Pty pty, TruthFile truth, DueTelegram due)
    {
        _sent++;
        var now = clock.GetUtcNow().UtcDateTime;
        var fate = due.Fate switch { AirFate.Collision => "lost: collision", AirFate.Weak => "lost: weak", _ => null };
        _collided += due.Fate == AirFate.Collision ? 1 : 0;
        _weak += due.Fate == AirFate.Weak ? 1 : 0;
        if (fate is null)
        {
            var heard = _stick.HearsT1OrC1 && !_stick.Stalled && pty.Write(Im871aStick.Indicate(due.Transmission.Telegram, due.Dbm));
            _written += heard ? 1 : 0;
            _nobody += heard ? 0 : 1;
            fate = heard ? null : "service down";
        }

        truth.Add(StreetField.TruthOf(due, now, fate));
    }

    private void WriteKeys(StreetField field)
    {
        if (options.Keys is null)
        {
            return;
        }

        File.Delete(options.Keys);
        File.WriteAllLines(options.Keys, field.KeyLines);
        File.SetUnixFileMode(options.Keys, UnixFileMode.UserRead);
    }

    private void Link(Pty pty)
    {
        Directory.CreateDirectory(options.Ports);
        var link = Path.Combine(options.Ports, "im871a");
        File.Delete(link);
        File.CreateSymbolicLink(link, pty.Path);
    }
}
