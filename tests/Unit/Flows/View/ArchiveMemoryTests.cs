using Concentrator.Ports;
using Concentrator.Store.View;

namespace Unit.Flows.View;

/// <summary>Weighs the memory of the whole process, so that nothing may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Many rows cost bounded memory.</summary>
[Collection(nameof(Alone))]
public sealed class ArchiveMemoryTests : IAsyncDisposable
{
    private readonly ViewBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task Many_rows_are_built_and_read_in_bounded_memory()
    {
        _bench.Settings = new ViewSettings(_bench.Place) { PartOctets = 20_000 };
        for (var i = 0; i < 100_000; i++)
        {
            _bench.Hear(i % 50, ViewBench.Noon.AddSeconds(i), i);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        _bench.Start();
        var most = 0L;
        var count = 0;
        while (await _bench.RowsAsync(limit: 1) is [])
        {
        }

        await foreach (var row in _bench.View.QueryAsync(new ArchiveQuery(null, null, null, null, int.MaxValue), TestContext.Current.CancellationToken))
        {
            Assert.Equal((ulong)count, row.Sequence - 1);
            if (++count % 10_000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(100_000, count);
        Assert.InRange(most, 0, 48L << 20);
    }
}
