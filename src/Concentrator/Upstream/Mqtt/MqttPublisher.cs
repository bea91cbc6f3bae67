using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Upstream.Mqtt;

/// <summary>
/// One head-end over MQTT: connects with jittered back-off, says state and identity, then sends batch after batch. A batch is settled by PUBACK or by the head-end's own
/// acknowledgement, as configured, and never before.
/// </summary>
internal sealed class MqttPublisher(
    MqttUpstreamOptions options, Delivery delivery, ILedgerReader ledger, IDeadLetters deadLetters, MqttAnnouncements announcements, MqttCompleteness completeness, MqttOrders orders, MqttImages images, ITimeSource time,
    IClockOpinions opinions, IOwnershipLists owners, TimeProvider clock, ILogger log)
    : IUpstream
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(5);
    private readonly Channel<(AckMessage Message, DateTime Utc, long Timestamp)> _acks = Channel.CreateBounded<(AckMessage, DateTime, long)>(1024);
    private readonly Channel<DeadLetter> _again = Channel.CreateUnbounded<DeadLetter>();
    private readonly Channel<(ulong First, ulong Last)> _wantedAgain = Channel.CreateBounded<(ulong, ulong)>(64);
    private readonly Dictionary<BatchId, long> _waiting = [];
    private readonly HashSet<BatchId> _sentBefore = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private long _messages, _delivered, _duplicates;
    private bool _connected;
    private string? _sentence = "not connected yet";
    private DateTime? _lastAcknowledged;
    private TimeSpan _holdOff;

    public UpstreamView View => new(
        options.Name, options.Url.ToString(), _connected, _sentence, delivery.Backlog, Interlocked.Read(ref _delivered), Interlocked.Read(ref _duplicates),
        deadLetters.List(options.Name).Count, _lastAcknowledged);

    public IReadOnlyList<DeadLetter> DeadLetters => deadLetters.List(options.Name);

    public int SendDeadLettersAgain()
    {
        var letters = DeadLetters;
        foreach (var letter in letters)
        {
            _again.Writer.TryWrite(letter);
        }

        return letters.Count;
    }

    public bool SendAgain(ulong first, ulong last) => _wantedAgain.Writer.TryWrite((first, last));

    /// <summary>Delivers until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        if (!options.Secure)
        {
            log.Insecure(options.Name);
        }

        var wait = FirstWait;
        while (!stop.IsCancellationRequested)
        {
            var began = clock.GetTimestamp();
            try
            {
                await SessionAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or InvalidDataException && !stop.IsCancellationRequested)
            {
                wait = clock.GetElapsedTime(began) > TimeSpan.FromMinutes(1) ? FirstWait : wait;
                var jittered = wait * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 1000.0));
                (_connected, _sentence) = (false, e.Message);
                log.Disconnected(options.Name, e.Message, jittered.TotalSeconds);
                await WaitAsync(jittered, stop).ConfigureAwait(false);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
        }

        _connected = false;
    }

    public IAsyncEnumerable<UpstreamTestStep> TestAsync(CancellationToken stop) => new MqttTest(options, clock).RunAsync(stop);

    private async Task SessionAsync(CancellationToken stop)
    {
        using var tls = new MqttTls(options);
        var session = await MqttSession.ConnectAsync(
            options, tls, announcements.LastWill, options.BoxId, [options.TopicBase + "/ack", options.TopicBase + "/owner", orders.Filter, images.Filter], ReceiveAsync, clock, stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            (_connected, _sentence) = (true, null);
            log.Connected(options.Name, $"{options.Url.Host}:{options.Port}");
            delivery.SessionBegan();
            _waiting.Clear();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await announcements.BeginAsync(session, ending.Token).ConfigureAwait(false);
            await orders.BeginAsync(session, ending.Token).ConfigureAwait(false);
            Task[] loops = [announcements.RunAsync(session, ending.Token), DeliverAsync(session, ending.Token), completeness.RunAsync(session, ending.Token), images.RunAsync(session, ending.Token), session.Ended];
            var first = await Task.WhenAny(loops).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            if (stop.IsCancellationRequested)
            {
                await announcements.EndAsync(session).ConfigureAwait(false);
            }

            await Task.WhenAll(loops[..^1].Select(Quietly)).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            throw new IOException($"{options.Url.Host}:{options.Port} closed the connection");
        }
    }

    private async Task DeliverAsync(MqttSession session, CancellationToken stop)
    {
        while (true)
        {
            await SettleWhatCameAsync(session, stop).ConfigureAwait(false);
            await TakeBackDeadLettersAsync(stop).ConfigureAwait(false);
            GiveUpWaiting();
            if (_holdOff > TimeSpan.Zero)
            {
                await Task.Delay(_holdOff, clock, stop).ConfigureAwait(false);
                _holdOff = TimeSpan.Zero;
            }

            var seen = ledger.DurableSequence;
            var batch = _waiting.Count < options.Window ? delivery.Take(options.BatchRows, options.BatchOctets) : null;
            if (batch is null)
            {
                await WaitForWorkAsync(seen, stop).ConfigureAwait(false);
                continue;
            }

            await SendAsync(session, batch, stop).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(MqttSession session, DeliveryBatch batch, CancellationToken stop)
    {
        _buffer.ResetWrittenCount();
        int blocks;
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            blocks = MqttMessages.WriteReadings(writer, batch, _messages + 1, time.Now.Utc, announcements.PlaceOf);
        }

        await announcements.TellGapsAsync(session, batch.Records, stop).ConfigureAwait(false);
        await announcements.TellBoxAsync(session, batch.Records, stop).ConfigureAwait(false);
        await announcements.TellEventsAsync(session, batch.Records, stop).ConfigureAwait(false);
        await orders.TellAsync(session, batch.Records, stop).ConfigureAwait(false);
        if (blocks > 0)
        {
            _messages++;
            if (!_sentBefore.Add(batch.Id))
            {
                Interlocked.Increment(ref _duplicates);
            }

            await session.PublishAsync($"{options.TopicBase}/readings/{batch.Lane}", _buffer.WrittenMemory.ToArray(), retain: false, stop).ConfigureAwait(false);
            Store.FaultPoint.Reach("after-puback");
        }

        if (options.HeadEndAcknowledges && blocks > 0)
        {
            _waiting[batch.Id] = clock.GetTimestamp();
        }
        else
        {
            Settle(batch.Id);
        }
    }

    private void Settle(BatchId id)
    {
        _waiting.Remove(id);
        _sentBefore.Remove(id);
        if (delivery.Settle(id))
        {
            Interlocked.Increment(ref _delivered);
            _lastAcknowledged = time.Now.Utc;
        }
    }

    private async Task TakeBackDeadLettersAsync(CancellationToken stop)
    {
        while (_wantedAgain.Reader.TryRead(out var range))
        {
            foreach (var recordClass in (RecordClass[])[RecordClass.Alarm, RecordClass.Reading, RecordClass.Kept])
            {
                delivery.SendAgain(recordClass, range.First, Math.Min(range.Last, ledger.DurableSequence));
            }
        }

        var any = false;
        while (_again.Reader.TryRead(out var letter))
        {
            delivery.SendAgain(letter.Class, letter.First, letter.Last);
            any = true;
        }

        if (any)
        {
            await deadLetters.ClearAsync(options.Name, stop).ConfigureAwait(false); // a kill in between sends them twice
        }
    }

    private async Task SettleWhatCameAsync(MqttSession session, CancellationToken stop)
    {
        while (_acks.Reader.TryRead(out var came))
        {
            var ack = came.Message;
            if (!BatchId.TryParse(ack.BatchId, out var id))
            {
                log.BadAcknowledgement(options.Name, options.TopicBase + "/ack", "batchId is none of ours");
                continue;
            }

            TakeTime(id, ack.At, came.Utc, came.Timestamp);
            switch (ack.Status)
            {
                case "stored":
                    Settle(id);
                    break;
                case "partial" or "rejected":
                    DeadLetter[] letters = ack.Rows is { Count: > 0 } rows
                        ? [.. rows.Select(row => new DeadLetter(options.Name, row.Key, row.Reason ?? "", id.Class, id.First, id.Last))]
                        : ack.Status == "rejected" ? [new DeadLetter(options.Name, "*", "rejected", id.Class, id.First, id.Last)] : [];
                    if (letters.Length > 0)
                    {
                        await deadLetters.AddAsync(letters, stop).ConfigureAwait(false);
                        log.RowsRefused(options.Name, letters.Length, ack.BatchId);
                        await announcements.TellRefusedAsync(session, ack.BatchId, letters, stop).ConfigureAwait(false);
                    }

                    Settle(id);
                    break;
                case "retry":
                    _waiting.Remove(id);
                    delivery.Return(id);
                    _holdOff = TimeSpan.FromSeconds(5);
                    break;
                default:
                    log.BadAcknowledgement(options.Name, options.TopicBase + "/ack", $"status \"{ack.Status}\" is none of stored, partial, rejected, retry");
                    break;
            }
        }
    }

    /// <summary>A head-end that was authenticated says what time it has: written between our sending and its coming.</summary>
    private void TakeTime(BatchId id, DateTimeOffset? at, DateTime came, long timestamp)
    {
        if (options.Secure && at is { } theirs && _waiting.TryGetValue(id, out var sent))
        {
            var half = clock.GetElapsedTime(sent, timestamp) / 2;
            opinions.Tell(new ClockOpinion("hes", theirs.UtcDateTime - (came - half), half));
        }
    }

    private void GiveUpWaiting()
    {
        foreach (var (id, _) in _waiting.Where(entry => clock.GetElapsedTime(entry.Value) > options.AcknowledgeWithin).ToArray())
        {
            _waiting.Remove(id);
            delivery.Return(id);
        }
    }

    /// <summary>Until a record is synced, an acknowledgement comes, or one is overdue.</summary>
    private async Task WaitForWorkAsync(ulong seen, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var atMost = _waiting.Count > 0 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30);
        await Task.WhenAny(
            _waiting.Count < options.Window ? ledger.WaitBeyondAsync(seen, either.Token) : Task.Delay(atMost, clock, either.Token),
            _acks.Reader.WaitToReadAsync(either.Token).AsTask(), _again.Reader.WaitToReadAsync(either.Token).AsTask(), _wantedAgain.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(atMost, clock, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    private async Task ReceiveAsync(MqttReceived came)
    {
        var (topic, payload) = (came.Topic, came.Payload);
        if (orders.VerbOf(topic) is { } verb)
        {
            await orders.TakeAsync(verb, came).ConfigureAwait(false);
            return;
        }

        if (images.IsOf(topic))
        {
            images.Take(came);
            return;
        }

        if (topic == options.TopicBase + "/owner")
        {
            await TakeOwnersAsync(topic, payload.ToArray()).ConfigureAwait(false);
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(payload);
            if (payload.Length < 1024 * 1024 && JsonSerializer.Deserialize(ref reader, WireJson.Default.AckMessage) is { BatchId: not null, Status: not null } ack)
            {
                await _acks.Writer.WriteAsync((ack, clock.GetUtcNow().UtcDateTime, clock.GetTimestamp())).ConfigureAwait(false);
                return;
            }

            log.BadAcknowledgement(options.Name, topic, "batchId or status is missing, or it is longer than 1 MiB");
        }
        catch (JsonException e)
        {
            log.BadAcknowledgement(options.Name, topic, e.Message);
        }
    }

    private async Task TakeOwnersAsync(string topic, byte[] body)
    {
        try
        {
            await owners.TakeAsync(options.Name, body, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Metering.Ledger.StorageFaultException e)
        {
            log.NotWrittenDown(options.Name, topic, e.Message); // it is retained: the next connection brings it again
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            await Task.Delay(wait, clock, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the stop.
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The first loop that ended is the one whose reason is told.
        }
    }
}
