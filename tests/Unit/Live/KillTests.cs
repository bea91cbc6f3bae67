namespace Unit.Live;

/// <summary>Real kill -9 of a whole box on a pty with a real broker: nothing acknowledged is lost, and one identity has one content.</summary>
public sealed class KillTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("as built")]
    [InlineData("NativeAOT")]
    public async Task Twenty_kills_ten_with_every_sync_delayed_and_two_broker_outages_lose_nothing_acknowledged(string binary)
    {
        await using var street = await Street.OpenAsync(binary == "NativeAOT" ? Street.Native : Street.Shipped);
        var delivered = 0;
        for (var kill = 0; kill < 20; kill++)
        {
            using var service = street.StartService(delayed: kill >= 10);
            await Street.WaitAsync(() => street.Consumer.Keys().Length > delivered, Patience, $"life {kill}: no reading was delivered");
            if (kill is 4 or 14)
            {
                street.Broker.Stop();
                await Task.Delay(1500);
            }

            await Task.Delay(Random.Shared.Next(0, 1200));
            await street.KillAsync(service);
            if (kill is 4 or 14)
            {
                street.Broker.Start();
            }

            delivered = street.Consumer.Keys().Length;
        }

        await street.MustHaveLostNothingAsync(atLeast: 60);
    }
}
