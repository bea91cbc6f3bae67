using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Push;

namespace Drivers.Dlms.Push;

/// <summary>
/// Takes messages of every sender to driver events, tells copies, counts, and answers those that want it once the ledger has what they brought. Used by one loop.
/// </summary>
internal sealed class PushDesk(PushPortOptions options, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock) : IDisposable
{
    private const int MostRemembered = 20_000;
    private static readonly TimeSpan CopyWindow = TimeSpan.FromSeconds(60);
    private readonly PushReceiver _receiver = new(options.Push, keys, counters);
    private readonly PushConfirmer _confirmer = new(options.SystemTitle, keys, counters);
    private readonly Dictionary<MeterId, Last> _last = [];
    private readonly List<Task> _answering = [];

    internal long Pushes { get; private set; }

    internal long Copies { get; private set; }

    internal long Refused { get; private set; }

    private long _confirmed;

    internal long Confirmed => Interlocked.Read(ref _confirmed);

    /// <summary>Takes one message; gives what it came to.</summary>
    /// <param name="reply">Sends an APDU back; null where the sender cannot be answered.</param>
    internal IReadOnlyList<DriverEvent> Take(in PushMessage message, PushPeer peer, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? reply, CancellationToken stop)
    {
        _answering.RemoveAll(task => task.IsCompleted);
        peer.Client = message.Client;
        var taken = _receiver.Receive(message.Octets, peer, new LinkFacts(options.Name, message.Protocol, null, null), time.Now);
        if (taken.Events.Count == 0 && !taken.IsCopy)
        {
            return []; // a block of a longer one
        }

        if (IsAgain(taken) is { } before)
        {
            Copies++;
            Answer(taken, [before.Kept], reply, stop);
            return [];
        }

        if (taken.Events is [DriverEvent.Rejected])
        {
            Refused++;
            return taken.Events;
        }

        Pushes++;
        return taken.Confirm is null || reply is null ? Remember(taken, taken.Events, Task.FromResult(false)) : WithReceipts(taken, reply, stop);
    }

    /// <summary>Waits for answers that are on their way.</summary>
    internal Task SettleAsync() => Task.WhenAll(_answering);

    public void Dispose() => _receiver.Dispose();

    /// <summary>The same octets as that meter's last within a minute, or under a counter that went with them whenever that was: the meter missed our answer.</summary>
    private Last? IsAgain(PushTaken taken) =>
        !taken.Meter.IsNone && _last.TryGetValue(taken.Meter, out var last) && last.ContentHash == taken.ContentHash && (taken.IsCopy || taken.IsReplay || clock.GetElapsedTime(last.At) <= CopyWindow)
            ? last : null;

    private List<DriverEvent> WithReceipts(PushTaken taken, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> reply, CancellationToken stop)
    {
        var told = new List<DriverEvent>();
        var receipts = new List<Task<bool>>();
        foreach (var one in taken.Events)
        {
            var receipt = new PushReceipt();
            receipts.Add(receipt.Kept);
            told.Add(one is DriverEvent.Pushed pushed ? pushed with { Receipt = receipt } : one);
        }

        Remember(taken, told, AllAsync(receipts));
        Answer(taken, receipts, reply, stop);
        return told;
    }

    private IReadOnlyList<DriverEvent> Remember(PushTaken taken, IReadOnlyList<DriverEvent> told, Task<bool> kept)
    {
        if (_last.Count >= MostRemembered && !_last.ContainsKey(taken.Meter))
        {
            _last.Clear(); // a copy may then be taken again, and is one for whoever reads
        }

        _last[taken.Meter] = new Last(taken.ContentHash, clock.GetTimestamp(), kept);
        return told;
    }

    private void Answer(PushTaken taken, IReadOnlyList<Task<bool>> kept, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? reply, CancellationToken stop)
    {
        if (taken.Confirm is { } wanted && reply is not null)
        {
            _answering.Add(AnswerAsync(wanted, taken.Meter, kept, reply, stop));
        }
    }

    private async Task AnswerAsync(PushConfirm wanted, MeterId meter, IReadOnlyList<Task<bool>> kept, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> reply, CancellationToken stop)
    {
        try
        {
            if (!await AllAsync(kept).WaitAsync(stop).ConfigureAwait(false))
            {
                return;
            }

            var answer = await _confirmer.AnswerAsync(wanted, meter, stop).ConfigureAwait(false);
            if (!answer.IsEmpty)
            {
                await reply(answer, stop).ConfigureAwait(false);
                Interlocked.Increment(ref _confirmed);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // the meter went away, or we do: it pushes again
        }
    }

    private static async Task<bool> AllAsync(IReadOnlyList<Task<bool>> kept) => Array.TrueForAll(await Task.WhenAll(kept).ConfigureAwait(false), one => one);

    private readonly record struct Last(ulong ContentHash, long At, Task<bool> Kept);
}
