using Simulation.HeadEnd.Script;

namespace Simulation.HeadEnd.Orders;

/// <summary>Steps at the door of MQTT.</summary>
internal sealed class OrderSteps(OrderBroker broker, OrderSigner signer, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200), Settles = TimeSpan.FromSeconds(2);
    private readonly string _run = $"{clock.GetUtcNow().UtcDateTime:MMdd-HHmmss}";

    /// <summary>Carries out a step; gives how it ended.</summary>
    internal async Task<StepOutcome> RunAsync(HeadEndStep step, CancellationToken stop)
    {
        if (step.Verb == "wait")
        {
            while (!step.Meters.All(broker.HasHeard))
            {
                await Task.Delay(Look, clock, stop).ConfigureAwait(false);
            }

            return new StepOutcome(StepOutcome.Done, "values came");
        }

        var id = $"hes-{_run}-{step.Line}";
        var order = OrderSigner.Write(id, step.Verb, step.Meters, step.Arguments, clock.GetUtcNow().UtcDateTime);
        if (step.Flaw == OrderFlaw.Late)
        {
            order["issuedAt"] = OrderSigner.Instant(clock.GetUtcNow().UtcDateTime.AddDays(-2));
        }

        order = step.Flaw == OrderFlaw.Unsigned ? order : signer.Sign(order);
        if (step.Flaw == OrderFlaw.Forged)
        {
            order["expiresAt"] = OrderSigner.Instant(clock.GetUtcNow().UtcDateTime.AddDays(7)); // somebody gives it more time than the head-end did
        }

        var news = await broker.GiveAsync(step.Verb, id, order, stop).ConfigureAwait(false);
        if (step.Flaw == OrderFlaw.Twice)
        {
            await broker.GiveAsync(step.Verb, id, order, stop).ConfigureAwait(false);
        }

        try
        {
            await OverAsync(step, news, stop).ConfigureAwait(false);
            await Task.Delay(Look, clock, stop).ConfigureAwait(false); // results of its meters come beside the status
        }
        catch (OperationCanceledException)
        {
            // Its time is over: it stands as it stands.
        }

        var (state, words) = news.Sum();
        return new StepOutcome(state, words);
    }

    /// <summary>Until it is over; where the script wants a state that is none, until it stands so for a while.</summary>
    private async Task OverAsync(HeadEndStep step, OrderNews news, CancellationToken stop)
    {
        if (step.Wanted.State is not ("accepted" or "running" or "unknown"))
        {
            await news.Over.WaitAsync(stop).ConfigureAwait(false);
            return;
        }

        while (!news.Over.IsCompleted && news.Sum().State != step.Wanted.State)
        {
            await Task.Delay(Look, clock, stop).ConfigureAwait(false);
        }

        await Task.Delay(Settles, clock, stop).ConfigureAwait(false);
    }
}
