using System.Globalization;
using Metering;
using Simulation.Dlms;
using Simulation.Dlms.Objects;
using Simulation.Truth;

namespace Substation.Orders;

/// <summary>What became of an order that nothing hindered.</summary>
/// <param name="Before">What it changes, as the meter had it before.</param>
/// <param name="AtEnd">The same when the head-end was told its end.</param>
/// <param name="After">The same when the time of what was planned had come.</param>
/// <param name="Other">True where another meter of the same street has it still as it was.</param>
/// <param name="Messages">Everything that was published, with its topic.</param>
/// <param name="Truth">Values as the meter answered them while the order was carried out, by OBIS.</param>
/// <param name="Unexplained">What the judge says of the values.</param>
/// <param name="Judged">Values it found delivered.</param>
internal sealed record ProvenOrder(
    string State, string Sentence, string Before, string AtEnd, string After, bool Other, IReadOnlyList<string> Told, IReadOnlyList<string> Results, IReadOnlyList<Published> Messages,
    IReadOnlyDictionary<string, string> Truth, IReadOnlyList<string> Unexplained, int Judged, int Values);

/// <summary>One order from the head-end's message to the meter and back.</summary>
internal sealed class ProofRun(string medium, OrderCase order)
{
    private const string Id = "o1";
    private static readonly TimeSpan Longest = TimeSpan.FromHours(3);

    internal async Task<ProvenOrder> RunAsync()
    {
        using var world = new OrderWorld(medium, meters: 2);
        var (meter, other) = (world.Street.All[0], world.Street.All[1]);
        foreach (var one in world.Street.All)
        {
            AddQuadrants(one);
        }

        if (!await world.ReachedAsync().ConfigureAwait(false))
        {
            throw new InvalidOperationException($"the meters never joined over {medium}");
        }

        await world.PassAsync(TimeSpan.FromMinutes(1.5)).ConfigureAwait(false);
        order.Before(meter);
        order.Before(other);
        await world.PassAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        meter.Advance();
        other.Advance();
        var (before, untouched) = (order.State(meter), order.State(other));
        var (truth, told) = (new MeterTruth(() => world.Clock.GetUtcNow().UtcDateTime), new Dictionary<string, string>());
        truth.Watch(meter, mayBeAskedAgain: medium != "serial");
        meter.ValueAnswered += answered => told[answered.Name.ToString()] = answered.Value.Text(meter.Clock);
        await world.EndAsync(Task.Run(() => world.Box.GiveAsync(order.Verb, world.Order(Id, order.Arguments(meter, world.BoxKey), meter).By(world.Key)))).ConfigureAwait(false);
        await world.UntilAsync(() => world.HeadEnd.StatesOf(Id) is [.., "done" or "partial" or "failed" or "refused" or "expired" or "unknown"], Longest).ConfigureAwait(false);
        await world.PassAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false); // its values come beside
        meter.Advance();
        other.Advance();
        var (atEnd, isLeft) = (order.State(meter), order.State(other) == untouched);
        await world.PassAsync(order.EffectAfter).ConfigureAwait(false);
        meter.Advance();
        var status = world.HeadEnd.LastStatusOf(Id);
        var (unexplained, judged) = Judge(world, truth);
        return new ProvenOrder(
            status?.GetProperty("state").GetString() ?? "not told", status?.GetProperty("sentence").GetString() ?? "", before, atEnd, order.State(meter), isLeft, world.HeadEnd.StatesOf(Id), world.HeadEnd.ResultsOf(Id),
            world.HeadEnd.All, told, unexplained, judged, world.HeadEnd.ValuesOf(Id));
    }

    /// <summary>Reactive energy of each quadrant, which no meter of the street had.</summary>
    private static void AddQuadrants(DlmsMeter meter)
    {
        for (byte quadrant = 5; quadrant <= 8; quadrant++)
        {
            meter.Device.Add(new RegisterObject(meter, new Obis(1, 0, quadrant, 8, 0, 255), 0, 32));
        }
    }

    /// <summary>The truth file is the judge of what arrived for a read: each value as it was sent, and none missing.</summary>
    private static (IReadOnlyList<string> Unexplained, int Judged) Judge(OrderWorld world, MeterTruth truth)
    {
        var path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"truth-{Guid.NewGuid():N}"));
        try
        {
            using (var file = new TruthFile(path))
            {
                truth.Tell(file);
            }

            var comparison = new Comparison(TimeSpan.Zero);
            foreach (var line in File.ReadLines(path))
            {
                comparison.AddTruth(line);
            }

            foreach (var message in world.HeadEnd.All.Where(message => message.Topic.Contains("/readings/", StringComparison.Ordinal)))
            {
                comparison.AddDelivered(message.Payload);
            }

            comparison.Judge(TextWriter.Null);
            return (comparison.Unexplained, comparison.Delivered);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
