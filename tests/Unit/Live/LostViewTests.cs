namespace Unit.Live;

/// <summary>The archive is made of the ledger: it can go at any time.</summary>
public sealed class LostViewTests
{
    [Fact]
    public async Task Deleting_the_view_loses_nothing()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped);
        string[] before;
        using (var first = street.StartService())
        {
            await Street.WaitAsync(() => street.Consumer.Keys().Length >= 20, "not twenty readings were delivered");
            await street.StopSimulatorAsync();
            await street.ArrivedAsync();
            await Street.WaitAsync(() => street.GivenAndNotHeldAsync().Result.Length == 0, "the archive does not show what was delivered");
            before = await street.RowsAsync();
            await ServiceProcess.StopAsync(first);
        }

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(street.State, "view")));
        Directory.Delete(Path.Combine(street.State, "view"), recursive: true);
        using var second = street.StartService();
        Assert.Equal(before, await street.RowsAsync());
        Assert.NotEmpty(before);
        await ServiceProcess.StopAsync(second);
    }
}
