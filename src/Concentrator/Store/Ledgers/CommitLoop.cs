using System.Threading.Channels;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>
/// Gathers requests until the most urgent one's window ends or a batch is full, commits them together, tells their owners. In a storage fault readings are held in
/// RAM, bounded, and the disk is tried again; everybody else is told at once.
/// </summary>
internal sealed class CommitLoop(
    LedgerOptions options, LedgerWriter writer, Retention retention, DurableMark durable, TimeProvider clock, ILogger log)
{
    private readonly Channel<CommitRequest> _requests = Channel.CreateBounded<CommitRequest>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Queue<CommitRequest> _held = new();
    private readonly long _started = clock.GetTimestamp();
    private TimeSpan _tryAgain;
    private int _heldOctets;
    private ulong _lost;

    internal ChannelWriter<CommitRequest> Requests => _requests.Writer;

    internal DurableMark Durable => durable;

    /// <summary>Small state written after each commit.</summary>
    internal List<Action> Followers { get; } = [];

    /// <summary>What is wrong and what to do; null where all is well.</summary>
    internal string? Fault { get; private set; }

    internal long OctetsWritten => writer.OctetsWritten;

    internal void Nudge() => _requests.Writer.TryWrite(new CommitRequest([], options.WindowOf(Urgency.Reading), mayBeHeld: true));

    internal async Task RunAsync(CancellationToken stop)
    {
        var batch = new List<CommitRequest>();
        while (await GatherAsync(batch, stop).ConfigureAwait(false))
        {
            Commit(batch);
            batch.Clear();
        }
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>False when stopped and nothing is left.</summary>
    private async Task<bool> GatherAsync(List<CommitRequest> batch, CancellationToken stop)
    {
        var octets = 0;
        var deadline = TimeSpan.MaxValue;
        while (true)
        {
            while (octets < options.BatchOctets && _requests.Reader.TryRead(out var request))
            {
                batch.Add(request);
                octets += request.Octets;
                deadline = Earlier(deadline, Elapsed + request.Window);
            }

            if (_held.Count > 0)
            {
                deadline = Earlier(deadline, _tryAgain);
            }

            var left = deadline - Elapsed;
            if (octets >= options.BatchOctets || left <= TimeSpan.Zero || stop.IsCancellationRequested)
            {
                return batch.Count > 0 || !stop.IsCancellationRequested;
            }

            await WaitAsync(left, stop).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan atMost, CancellationToken stop)
    {
        using var window = atMost < TimeSpan.FromDays(1) ? new CancellationTokenSource(atMost, clock) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(window.Token, stop);
        try
        {
            await _requests.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The window ended, or the stop came: the caller looks at the clock and the stop, in this order.
        }
    }

    private void Commit(List<CommitRequest> batch)
    {
        List<CommitRequest> all = [.. _held, .. batch];
        if (all.Count == 0)
        {
            return;
        }

        if (Fault is not null && Elapsed < _tryAgain)
        {
            Hold(all); // the disk is not tried more often for being asked more often
            return;
        }

        try
        {
            var drops = retention.ToRecord;
            var notice = new CommitRequest(_lost == 0 ? drops : [.. drops, LostRecord()], TimeSpan.Zero, mayBeHeld: false);
            List<CommitRequest> written = notice.Records.Count > 0 ? [notice, .. all] : all;
            var last = writer.Commit(written, AcknowledgeTooEarly(all));
            retention.Recorded(drops.Count);
            Recovered();
            durable.Move(last);
            foreach (var request in all)
            {
                request.Complete(last);
            }

            retention.Tidy();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Fault is null)
            {
                log.StorageFault(e.Message);
            }

            Fault = $"storage fault: {e.Message}; readings are held in RAM, nothing is acknowledged: check the disk (dmesg, df) and replace it if need be";
            _tryAgain = Elapsed + options.RetryAfter;
            Hold(all);
        }

        foreach (var follower in Followers)
        {
            follower();
        }
    }

    private NewRecord LostRecord() => retention.GapRecord(0, 0, _lost, "storage fault: the disk took nothing and RAM was full");

    private void Hold(List<CommitRequest> all)
    {
        var fault = new StorageFaultException(Fault!);
        _held.Clear();
        _heldOctets = 0;
        foreach (var request in all)
        {
            if (!request.MayBeHeld)
            {
                request.Fail(fault);
                continue;
            }

            _held.Enqueue(request);
            _heldOctets += request.Octets;
            while (_heldOctets > options.HeldOctets && _held.TryDequeue(out var oldest))
            {
                _heldOctets -= oldest.Octets;
                _lost += (ulong)oldest.Records.Count;
                oldest.Fail(fault);
            }
        }
    }

    private void Recovered()
    {
        _held.Clear();
        (_heldOctets, _lost) = (0, 0);
        if (Fault is not null)
        {
            Fault = null;
            log.StorageRecovered();
        }
    }

    /// <summary>
    /// In the product nothing. A test build made with <c>-p:AcknowledgeBeforeSync=true</c> tells the owners between write and sync, so that the kill test can be seen to fail.
    /// </summary>
#if ACKNOWLEDGE_BEFORE_SYNC
    private Action? AcknowledgeTooEarly(List<CommitRequest> all) => () =>
    {
        durable.Move(writer.NextSequence - 1);
        all.ForEach(request => request.Complete(writer.NextSequence - 1));
    };
#else
    private static Action? AcknowledgeTooEarly(List<CommitRequest> _) => null;
#endif

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
