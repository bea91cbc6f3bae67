using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using MQTTnet.Exceptions;
using Simulation.HeadEnd.Door;
using Simulation.HeadEnd.Orders;
using Simulation.HeadEnd.Script;

namespace Simulation.HeadEnd;

/// <summary>Where a scripted head-end works, and with which keys.</summary>
/// <param name="Box">Id of the box.</param>
/// <param name="Broker">Its broker; null without orders over MQTT.</param>
/// <param name="SigningKey">PEM file of the key it signs orders with.</param>
/// <param name="KeyId">How the box knows that key.</param>
/// <param name="Door">The box's door for DLMS; null without.</param>
/// <param name="Keys">Keys file with the box's line and the meters'.</param>
/// <param name="Rows">File for what it was given through the box; null for none.</param>
/// <param name="Trace">File for the frames at the door; null for none.</param>
public sealed record HeadEndPlace(string Box, BrokerAddress? Broker, string? SigningKey, string KeyId, Uri? Door, string? Keys, string? Rows, string? Trace);

/// <summary>A head-end that works through a script at both doors of a box, and tells each step in a line that a person can watch.</summary>
public sealed class ScriptedHeadEnd(HeadEndPlace place, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan ConnectEvery = TimeSpan.FromMilliseconds(500), ConnectWithin = TimeSpan.FromSeconds(60);
    private readonly Lock _telling = new();
    private int _asWanted;

    /// <summary>Works through the steps; true where each ended as it should.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<HeadEndStep> steps, CancellationToken stop)
    {
        using var key = place.SigningKey is null ? null : ECDsa.Create();
        key?.ImportFromPem(await File.ReadAllTextAsync(place.SigningKey!, stop).ConfigureAwait(false));
        await using var broker = place.Broker is null ? null : new OrderBroker(place.Broker, $"dc/v1/{place.Box}");
        await using var given = place.Rows is null ? null : new StreamWriter(place.Rows, append: true);
        await using var trace = place.Trace is null ? null : new StreamWriter(place.Trace, append: true) { AutoFlush = true };
        var frames = trace is null ? null : TextWriter.Synchronized(trace); // steps may be under way side by side
        var orders = broker is null || key is null ? null : new OrderSteps(broker, new OrderSigner(key, place.KeyId), clock);
        var door = place.Door is null || place.Keys is null ? null
            : new DoorSteps(cancel => DoorLine.OpenAsync(place.Door.Host, place.Door.Port, frames is null ? null : frames.WriteLine, cancel), await File.ReadAllLinesAsync(place.Keys, stop).ConfigureAwait(false), place.Box.ToUpperInvariant(), new GivenRows(given is null ? null : TextWriter.Synchronized(given)), clock);
        var began = clock.GetTimestamp();
        if (broker is not null && steps.Any(step => step.Door == "mqtt"))
        {
            await ConnectAsync(broker, stop).ConfigureAwait(false);
        }

        var meanwhile = new List<Task>();
        foreach (var step in steps)
        {
            var left = step.After - clock.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, clock, stop).ConfigureAwait(false);
            }

            var work = RunAsync(step, orders, door, stop);
            if (step.IsMeanwhile)
            {
                meanwhile.Add(work);
            }
            else
            {
                await work.ConfigureAwait(false);
            }
        }

        await Task.WhenAll(meanwhile).ConfigureAwait(false);
        await output.WriteLineAsync($"head-end: {_asWanted} of {steps.Count} steps ended as the script wants").ConfigureAwait(false);
        return _asWanted == steps.Count;
    }

    private async Task ConnectAsync(OrderBroker broker, CancellationToken stop)
    {
        for (var began = clock.GetTimestamp(); ; await Task.Delay(ConnectEvery, clock, stop).ConfigureAwait(false))
        {
            try
            {
                await broker.ConnectAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (MqttCommunicationException) when (clock.GetElapsedTime(began) < ConnectWithin)
            {
                // It is not up yet.
            }
        }
    }

    private async Task RunAsync(HeadEndStep step, OrderSteps? orders, DoorSteps? door, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(step.Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        StepOutcome outcome;
        try
        {
            outcome = step.Door == "mqtt" ? orders is null ? Nowhere("broker and signing key") : await orders.RunAsync(step, either.Token).ConfigureAwait(false)
                : door is null ? Nowhere("door and keys file") : await AtDoorAsync(step, door, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            outcome = new StepOutcome(StepOutcome.Silent, string.Create(CultureInfo.InvariantCulture, $"nothing within {step.Within.TotalSeconds:0} s"));
        }

        Tell(step, outcome);
    }

    /// <summary>A box that is busy is asked again until the step's time is over, as it says; one that is not up yet too.</summary>
    private async Task<StepOutcome> AtDoorAsync(HeadEndStep step, DoorSteps door, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var outcome = await door.RunAsync(step, stop).ConfigureAwait(false);
                if (!outcome.Text.Contains(DoorRoute.Busy, StringComparison.Ordinal) || step.Wanted.Holds(outcome))
                {
                    return outcome;
                }
            }
            catch (SocketException)
            {
                // Nobody listens there yet.
            }
            catch (IOException e)
            {
                return new StepOutcome(StepOutcome.Broken, e.Message);
            }

            await Task.Delay(ConnectEvery, clock, stop).ConfigureAwait(false);
        }
    }

    private static StepOutcome Nowhere(string what) => new(StepOutcome.Broken, $"this head-end was given no {what}");

    /// <summary>One line a step; what is not as the script wants it says so.</summary>
    private void Tell(HeadEndStep step, StepOutcome outcome)
    {
        using var turn = _telling.EnterScope();
        var holds = step.Wanted.Holds(outcome);
        _asWanted += holds ? 1 : 0;
        var flaw = step.Flaw != OrderFlaw.None ? $" ({step.Flaw.ToString().ToLowerInvariant()})" : step.IsUnproven ? " (unproven)" : "";
        var what = $"{step.Door}  {step.Verb}{flaw} {string.Join(",", step.Meters)}".TrimEnd();
        output.WriteLine($"{clock.GetLocalNow():HH:mm:ss}  {what,-44}  {outcome.State}{(outcome.Text.Length > 0 ? ": " : "")}{outcome.Text}{(holds ? "" : $"     WANTED: {step.Wanted} (line {step.Line})")}");
        output.Flush();
    }
}
