using Simulation.Air;
using Simulation.Dlms;
using Simulation.Dlms.Push;
using Simulation.Field;
using Simulation.HeadEnd;
using Simulation.Modems;
using Simulation.Truth;

namespace Simulation.Cli;

/// <summary>Runs a scenario's street in real time on a pty until told to stop.</summary>
internal sealed class Street(SimOptions options, TimeProvider clock)
{
    private readonly Im871aStick _stick = new();
    private readonly Misbehaviour _wire = new(options.Plan.Stick, options.Seed + 2);
    private readonly long _started = clock.GetTimestamp();
    private long _sent, _written, _collided, _weak, _garbled, _nobody;

    internal async Task RunAsync(TextWriter output, TextWriter progress, CancellationToken stop)
    {
        await using var headEnd = options.Mqtt is { } wanted ? await SmallHeadEnd.StartAsync(wanted, options.Rows).ConfigureAwait(false) : null;
        if (headEnd is not null)
        {
            await output.WriteLineAsync($"broker on 127.0.0.1:{headEnd.Port}   mosquitto_sub -p {headEnd.Port} -t 'dc/v1/+/readings/#'").ConfigureAwait(false);
        }

        var start = clock.GetUtcNow().UtcDateTime;
        var field = new StreetField(options.Plan, options.Seed, start);
        using var wired = new FeederField(options.Plan.DlmsGroups, options.Seed, options.Speed, options.Ports, () => clock.GetUtcNow().UtcDateTime);
        using var pushing = options.Plan.Feeders is null || options.Plan.Plc is { Count: > 0 } ? null : new PushField(options.Seed, options.Ports, () => clock.GetUtcNow().UtcDateTime);
        var lines = (options.Plan.Plc ?? []).Select(group => new PlcField(group, options.Seed, options.Ports, clock)).ToList();
        var threads = lines.ConvertAll(line => new PortThread(line, () => Elapsed));
        WriteKeys([.. field.KeyLines, .. wired.KeyLines, .. pushing?.KeyLines ?? [], .. lines.SelectMany(line => line.KeyLines)]);
        WriteShipment([
            .. lines.SelectMany(line => line.Meters).Select(Shipment.RowOf), .. field.Meters.Select((meter, index) => Shipment.RowOf(meter.Address.Id, index)), .. wired.Meters.Select(Shipment.RowOf),
        ]);
        using var port = new PluggedPort(Path.Combine(options.Ports, "im871a"));
        using var truth = new TruthFile(options.Truth);
        port.FarEndClosed += truth.FarEndClosed;
        var replay = options.Replay is null ? null : new Queue<byte[]>(ReplayFile.Read(options.Replay));
        var told = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            _stick.Stalled = _wire.IsStalled(Elapsed);
            Plug(port, !_wire.IsAway(Elapsed));
            if (port.Read(5) is { Length: > 0 } asked)
            {
                port.Write(_wire.SpoilAnswer(_stick.Take(asked)));
            }

            wired.Tell(truth);
            pushing?.Tell(truth);
            lines.ForEach(line => line.Tell(truth));
            truth.Settle(clock.GetUtcNow().UtcDateTime);
            while (replay is null && field.NextStart <= Elapsed && !stop.IsCancellationRequested)
            {
                Transmit(port, truth, field.Next());
            }

            if (replay is { Count: > 0 } && _stick.HearsT1OrC1)
            {
                port.Write(Im871aStick.Indicate(replay.Dequeue(), -70));
            }

            if (Elapsed - told > TimeSpan.FromSeconds(10))
            {
                told = Elapsed;
                await progress.WriteLineAsync($"sent {_sent}, to the port {_written}, collided {_collided}, too weak {_weak}, garbled {_garbled}, nobody listening {_nobody}").ConfigureAwait(false);
                foreach (var line in lines)
                {
                    await progress.WriteLineAsync($"{line}").ConfigureAwait(false);
                }
            }
        }

        threads.ForEach(thread => thread.Dispose());
        wired.Close(truth);
        pushing?.Close(truth);
        lines.ForEach(line => line.Close(truth));
        await progress.WriteLineAsync($"invocation counters used again: {wired.RepeatedCounters + (pushing?.RepeatedCounters ?? 0) + lines.Sum(line => line.RepeatedCounters)}").ConfigureAwait(false);
        await progress.WriteLineAsync($"pushes confirmed: {pushing?.Confirmed ?? 0}").ConfigureAwait(false);
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_started) * options.Speed;

    /// <summary>Without power the stick forgets its mode.</summary>
    private void Plug(PluggedPort port, bool plugged)
    {
        port.Plug(plugged);
        if (!plugged)
        {
            _stick.PowerOff();
        }
    }

    private void Transmit(PluggedPort port, TruthFile truth, DueTelegram due)
    {
        _sent++;
        var now = clock.GetUtcNow().UtcDateTime;
        var fate = due.Fate switch { AirFate.Collision => "lost: collision", AirFate.Weak => "lost: weak", _ => null };
        _collided += due.Fate == AirFate.Collision ? 1 : 0;
        _weak += due.Fate == AirFate.Weak ? 1 : 0;
        if (fate is null)
        {
            var frame = _wire.Spoil(Im871aStick.Indicate(due.Transmission.Telegram, due.Dbm), out var garbled);
            var heard = _stick.HearsT1OrC1 && !_stick.Stalled && frame.All(port.Write);
            fate = !heard ? "service down" : garbled ? "lost: garbled" : null;
            _written += fate is null ? 1 : 0;
            _garbled += heard && garbled ? 1 : 0;
            _nobody += heard ? 0 : 1;
        }

        truth.Add(StreetField.TruthOf(due, now, fate));
    }

    /// <summary>Complete or not there: whoever waits for the file may read it at once.</summary>
    private void WriteShipment(string[] rows)
    {
        if (options.Shipment is { } path)
        {
            File.WriteAllLines(path + ".new", [Shipment.Header, .. rows]);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private void WriteKeys(string[] lines)
    {
        if (options.Keys is null)
        {
            return;
        }

        File.Delete(options.Keys);
        File.WriteAllLines(options.Keys, lines);
        File.SetUnixFileMode(options.Keys, UnixFileMode.UserRead);
    }
}
