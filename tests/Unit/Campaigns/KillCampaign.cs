using Unit.Live;

namespace Unit.Campaigns;

/// <summary>Real kill -9 of a whole box on a pty with a real broker: nothing acknowledged is lost, and one identity has one content.</summary>
public sealed class KillCampaign
{
    [Requirement("I-G1")]
    [Theory]
    [InlineData("as built")]
    [InlineData("NativeAOT")]
    public async Task Kill_the_service_half_of_the_time_with_every_sync_delayed_and_two_broker_outages(string binary)
    {
        using var evidence = new Evidence("R1", "kill-" + binary.Replace(' ', '-'));
        var kills = Evidence.ReleaseSize ? 10_000 : 20;
        evidence.Note("kills", kills);
        await using var street = await Street.OpenAsync(binary == "NativeAOT" ? ServiceProcess.Native : ServiceProcess.Shipped);
        var delivered = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            using var service = street.StartService(delayed: kill >= kills / 2);
            await Street.WaitAsync(() => street.Consumer.Keys().Length > delivered, $"life {kill}: no reading was delivered");
            if (kill == kills / 5 || kill == (kills * 7) / 10)
            {
                street.Broker.Stop();
                await Task.Delay(1500);
            }

            await Task.Delay(Random.Shared.Next(0, 1200));
            await ServiceProcess.KillAsync(service);
            if (kill == kills / 5 || kill == (kills * 7) / 10)
            {
                street.Broker.Start();
            }

            delivered = street.Consumer.Keys().Length;
        }

        var figures = await street.MustHaveLostNothingAsync(atLeast: 3 * kills);
        evidence.Note("valuesSent", figures.Sent);
        evidence.Note("valuesDelivered", figures.Delivered);
        evidence.Note("deliveredAgainOnTheWire", figures.Duplicates);
        evidence.Held();
    }
}
