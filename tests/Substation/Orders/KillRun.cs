using Concentrator.Settings;
using Metering.Orders;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>What became of an order whose box died.</summary>
/// <param name="At">When it died.</param>
/// <param name="State">How the order stands at the end.</param>
/// <param name="Meter">How it stands at the meter, by the order's book.</param>
/// <param name="Effect">What it changes, as the meter has it at the end.</param>
/// <param name="Before">What the meter was told to do before the box died.</param>
/// <param name="After">What it was told afterwards.</param>
/// <param name="Told">States of the order that the head-end was told.</param>
/// <param name="Results">States of its meter that the head-end was told.</param>
/// <param name="Sentence">The last word.</param>
/// <param name="Values">Values that arrived for it, each once.</param>
/// <param name="Keys">What became of the meter's keys; null where the order changes none.</param>
internal sealed record KilledOrder(
    string At, string State, string Meter, string Effect, IReadOnlyList<string> Before, IReadOnlyList<string> After, IReadOnlyList<string> Told, IReadOnlyList<string> Results, string Sentence, int Values, KilledKeys? Keys);

/// <summary>What became of the keys of a meter.</summary>
/// <param name="Read">How an order ended that read the meter afterwards.</param>
/// <param name="Refused">Times the meter was spoken to under keys it did not have, until the order was through.</param>
/// <param name="RefusedLater">The same while it was read.</param>
/// <param name="Uses">Uses of a key that the meter took.</param>
/// <param name="Again">Those of them under a title and a counter that came before.</param>
/// <param name="Kept">Places at which the order itself was found while keys were looked for.</param>
/// <param name="Found">Which key, old or new, stands in clear where.</param>
internal sealed record KilledKeys(string Read, int Refused, int RefusedLater, int Uses, int Again, int Kept, IReadOnlyList<string> Found);

/// <summary>One order in a box that dies at every moment of its life, one run each.</summary>
internal sealed class KillRun(string medium, OrderCase order)
{
    /// <summary>Id of the order.</summary>
    internal const string Id = "o1";

    private static readonly TimeSpan Longest = TimeSpan.FromHours(3), Settles = TimeSpan.FromMinutes(12);

    /// <summary>Runs it without a death, then once for each moment that was reached.</summary>
    internal async Task<IReadOnlyList<KilledOrder>> RunAsync()
    {
        var (whole, reached) = await LiveAsync(default).ConfigureAwait(false);
        List<KilledOrder> all = [whole];
        foreach (var point in (KillPoint[])[new(KillMoment.Taken, 1), .. Each(KillMoment.Begun), .. Each(KillMoment.Answered), new(KillMoment.Written, 1), new(KillMoment.Told, 1), .. Each(KillMoment.Kept), .. Each(KillMoment.Changed),
            .. order.ChangesKeys ? Each(KillMoment.Sent) : []])
        {
            all.Add((await LiveAsync(point).ConfigureAwait(false)).Order);
        }

        return all;

        IEnumerable<KillPoint> Each(KillMoment moment) => Enumerable.Range(1, reached(moment)).Select(n => new KillPoint(moment, n));
    }

    private async Task<(KilledOrder Order, Func<KillMoment, int> Reached)> LiveAsync(KillPoint at)
    {
        using var world = new OrderWorld(medium, settings: new OrderSettings(20, order.Then == "approve" ? [order.Verb] : []));
        var meter = world.Street.All[0];
        if (!await world.ReachedAsync().ConfigureAwait(false))
        {
            throw new InvalidOperationException($"the meter never joined over {medium}");
        }

        await world.PassAsync(TimeSpan.FromMinutes(1.5)).ConfigureAwait(false); // nothing is under way
        order.Before(meter);
        await world.PassAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        var args = order.Arguments(meter, world.BoxKey);
        var (deeds, keys) = (world.Deeds[meter], order.ChangesKeys ? new KeyWatch(meter, args[..12]) : null);
        var signed = world.Order(Id, args, meter);
        var delay = at.Moment == KillMoment.Taken || order.Then == "cancel" ? TimeSpan.FromMinutes(order.Then is null ? 1 : 5) : TimeSpan.Zero;
        List<(string Verb, string Body)> words = [(order.Verb, (delay > TimeSpan.Zero ? signed with { NotBefore = world.Clock.GetUtcNow() + delay } : signed).By(world.Key))];
        if (order.Then is { } second)
        {
            words.Add((second, (world.Order("o2", $$"""{"orderId":"{{Id}}"}""", meter) with { Meters = [], KeyId = "hes-2" }).By(world.Second)));
        }

        world.HeadEnd.IsThere = at.Moment != KillMoment.Written;
        world.Box.Arm(at);
        var giving = Task.Run(() => GiveAsync(world, words));
        await world.UntilAsync(() => world.Box.IsDead || IsThrough(world) && at.Moment != KillMoment.Told, at.Moment == KillMoment.Taken ? TimeSpan.FromSeconds(20) : Longest).ConfigureAwait(false);
        var reached = Enum.GetValues<KillMoment>().ToDictionary(moment => moment, world.Box.Reached);
        List<string> before = [.. deeds.All];
        if (at.Moment != KillMoment.Never)
        {
            if (!world.Box.IsDead && at.Moment is not (KillMoment.Taken or KillMoment.Written))
            {
                throw new InvalidOperationException($"{order.Name}: {at} was never reached");
            }

            keys?.LookThrough(world.Disk, world.HeadEnd);
            await world.RestartAsync().ConfigureAwait(false);
            world.HeadEnd.IsThere = true;
            if (!giving.IsCompletedSuccessfully)
            {
                await world.EndAsync(Task.Run(() => GiveAsync(world, words))).ConfigureAwait(false); // the broker was not told that all came: it gives it again
            }
            else if (world.Box.Door.Find(Id) is null)
            {
                throw new InvalidOperationException($"{order.Name}: {at}: the order was acknowledged and is forgotten");
            }

            await world.UntilAsync(() => IsThrough(world), Longest).ConfigureAwait(false);
        }

        await world.PassAsync(Settles).ConfigureAwait(false); // what would still be done is done, and what is to be told is told
        await world.PassAsync(order.EffectAfter).ConfigureAwait(false);
        meter.Advance();
        var end = world.Box.Door.Find(Id)!;
        var after = deeds.All.Skip(before.Count).ToArray();
        var reads = keys is null ? null : await ReadAsync(world, meter, keys).ConfigureAwait(false);
        return (new KilledOrder(
            at.ToString(), WireWord.Of(end.State), WireWord.Of(end.Meters[0].State), order.State(meter), before, after, world.HeadEnd.StatesOf(Id), world.HeadEnd.ResultsOf(Id), end.Meters[0].Sentence,
            world.HeadEnd.ValuesOf(Id), reads), moment => reached[moment]);
    }

    private static async Task GiveAsync(OrderWorld world, IEnumerable<(string Verb, string Body)> words)
    {
        foreach (var (verb, body) in words)
        {
            await world.Box.GiveAsync(verb, body).ConfigureAwait(false);
        }
    }

    /// <summary>The box goes on reading the meter, under the keys that it has.</summary>
    private static async Task<KilledKeys> ReadAsync(OrderWorld world, DlmsMeter meter, KeyWatch keys)
    {
        var refused = keys.Refused;
        await world.EndAsync(Task.Run(() => world.Box.GiveAsync("read", world.Order("after", """{"what":"1-0:1.8.0*255"}""", meter).By(world.Key)))).ConfigureAwait(false);
        await world.UntilAsync(() => world.HeadEnd.StatesOf("after") is [.., "done" or "partial" or "failed" or "refused" or "expired" or "unknown"], Longest).ConfigureAwait(false);
        keys.LookThrough(world.Disk, world.HeadEnd);
        return new KilledKeys(world.HeadEnd.StatesOf("after") is [.., var state] ? state : "not told", refused, keys.Refused - refused, keys.Uses, keys.Again, keys.Kept, [.. keys.Found]);
    }

    /// <summary>Nothing more is to be done for it, except that it is told.</summary>
    private static bool IsThrough(OrderWorld world) => world.Box.Door.Find(Id) is { } order && (OrderStates.IsFinal(order.State) || order.State == OrderState.Unknown);
}
