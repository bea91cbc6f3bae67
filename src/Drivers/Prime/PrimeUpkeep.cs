using System.Threading.Channels;
using Drivers.Usi;
using Metering.Driver;
using Metering.Keys;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>What is done beside the orders, one thing after another: bringing the modem up, telling it who may join, looking at links, and asking meters nobody knows who they are.</summary>
internal sealed class PrimeUpkeep(
    PrimeOptions options, UsiPort port, PrimeNetwork network, NodeMeters meters, PrimeBringUp bringUp, PrimeGate gate, IMeterAdmission expected, IKeyRing keys, TimeProvider clock,
    Action<LinkState, string> tell) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10), TellsEvery = TimeSpan.FromMinutes(1), AgainAfter = TimeSpan.FromSeconds(5);
    private readonly Channel<Func<CancellationToken, ValueTask>> _chores = Channel.CreateUnbounded<Func<CancellationToken, ValueTask>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<PrimeNode> _toAsk = Channel.CreateUnbounded<PrimeNode>();
    private readonly Channel<NodeWork> _finished = Channel.CreateUnbounded<NodeWork>();
    private readonly HashSet<PrimeNode> _asked = [];
    private CancellationTokenSource _attempt = new();
    private (long Expected, long Keys) _versions = (expected.Version, keys.Version);
    private int _ups;
    private bool _isUp;

    /// <summary>The modem has (re)started: whatever is being done with it is begun anew.</summary>
    internal void BringUp()
    {
        var up = Interlocked.Increment(ref _ups);
        var before = Interlocked.Exchange(ref _attempt, new CancellationTokenSource());
        before.Cancel();
        _chores.Writer.TryWrite(stop => BringUpAsync(up, stop));
    }

    /// <summary>A node wants to join and the modem has no key of it: there may be one by now.</summary>
    internal void HandKey(Eui48 eui) => _chores.Writer.TryWrite(async stop =>
    {
        gate.Forget(eui);
        await gate.HandKeyAsync(eui, stop).ConfigureAwait(false);
        network.MayTryAgain(gate.HasKey, areOthers: false);
    });

    /// <summary>Orders that have ended with their nodes; and whoever is new is asked.</summary>
    internal void Take(IReadOnlyList<NodeWork> finished, bool hasNews)
    {
        foreach (var work in finished)
        {
            _finished.Writer.TryWrite(work);
        }

        if (hasNews)
        {
            AskDue();
        }
    }

    /// <summary>Ends the orders of meters that are gone, as far as that is left to do.</summary>
    internal async ValueTask FinishAsync()
    {
        while (_finished.Reader.TryRead(out var work))
        {
            await work.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What runs beside the port until stopped.</summary>
    internal IEnumerable<Func<CancellationToken, Task>> Loops => [ChoresAsync, TickAsync, FinishAsync, meters.TellImagesAsync, .. Enumerable.Repeat<Func<CancellationToken, Task>>(AskAsync, options.AskedAtOnce)];

    /// <summary>Asks meters who they are, one after another, until stopped.</summary>
    private async Task AskAsync(CancellationToken stop)
    {
        await foreach (var node in _toAsk.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            try
            {
                await meters.AskAsync(node, stop).ConfigureAwait(false);
            }
            finally
            {
                lock (_asked)
                {
                    _asked.Remove(node);
                }
            }
        }
    }

    public void Dispose() => _attempt.Dispose();

    /// <summary>Beside everything else: an order of a meter that is gone may hold the turn at the modem.</summary>
    private async Task FinishAsync(CancellationToken stop)
    {
        while (await _finished.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            await FinishAsync().ConfigureAwait(false);
        }
    }

    private async Task ChoresAsync(CancellationToken stop)
    {
        await foreach (var chore in _chores.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _attempt.Token);
            try
            {
                await chore(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // The modem restarted meanwhile: what is left of it comes with the next.
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                port.Doubt(e.Message);
            }
        }
    }

    private async ValueTask BringUpAsync(int up, CancellationToken stop)
    {
        _isUp = false;
        while (up == Volatile.Read(ref _ups))
        {
            try
            {
                await bringUp.RunAsync(stop).ConfigureAwait(false);
                _isUp = true;
                tell(LinkState.Listening, Sentence());
                _chores.Writer.TryWrite(bringUp.LookAtModemAsync);
                return;
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                tell(LinkState.Stalled, $"the modem answered, but could not be brought up: {e.Message}; it is tried again in {AgainAfter.TotalSeconds:0} s");
                port.Doubt("the modem could not be brought up");
                await Task.Delay(AgainAfter, clock, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task TickAsync(CancellationToken stop)
    {
        var (lastTold, lastLooked) = (clock.GetTimestamp(), clock.GetTimestamp());
        using var timer = new PeriodicTimer(Tick, clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (!_isUp)
            {
                continue;
            }

            if ((expected.Version, keys.Version) is var versions && versions != _versions)
            {
                if (versions.Item1 != _versions.Expected)
                {
                    network.Readmit();
                }

                var areOthers = versions.Item2 != _versions.Keys;
                _versions = versions;
                _chores.Writer.TryWrite(async either =>
                {
                    await gate.TellAsync(either).ConfigureAwait(false);
                    network.MayTryAgain(gate.HasKey, areOthers);
                    tell(LinkState.Listening, gate.Refusal ?? Sentence());
                });
            }

            AskDue();
            if (clock.GetElapsedTime(lastLooked) >= options.LooksAtLinksEvery)
            {
                lastLooked = clock.GetTimestamp();
                network.Await(gate.KeyedFor(options.AwaitsFor));
                _chores.Writer.TryWrite(bringUp.LookAtLinksAsync);
                _chores.Writer.TryWrite(bringUp.LookAtModemAsync);
            }

            if (clock.GetElapsedTime(lastTold) >= TellsEvery)
            {
                lastTold = clock.GetTimestamp();
                tell(LinkState.Listening, gate.Refusal ?? Sentence());
            }
        }
    }

    /// <summary>Whoever is to be asked who it is, now.</summary>
    private void AskDue()
    {
        var now = clock.GetTimestamp();
        foreach (var node in network.With(nodes => nodes.Where(node => node.IsToBeAsked && node.State == NodeState.Connected && (node.AskedInVain == 0 || node.AskedAt <= now)).ToList()))
        {
            lock (_asked)
            {
                if (_asked.Add(node))
                {
                    _toAsk.Writer.TryWrite(node);
                }
            }
        }
    }

    private string Sentence()
    {
        var nodes = network.Count();
        return $"{nodes.GetValueOrDefault(NodeState.Connected)} meters of {options.Name} can be asked, {nodes.GetValueOrDefault(NodeState.Registered)} are registered without a connection, " +
            $"{nodes.GetValueOrDefault(NodeState.Quarantined)} wait in quarantine, {nodes.GetValueOrDefault(NodeState.Refused)} are refused";
    }
}
