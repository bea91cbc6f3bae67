using Drivers.Usi;
using Protocols.Usi;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>
/// Questions to the base node, one after another: its queue holds one message and drops the next without a word, so nothing is sent before the last was answered, whatever it was. What was
/// dropped all the same is asked again.
/// </summary>
internal sealed class PrimeModem(PrimeOptions options, UsiPort port, TimeProvider clock)
{
    private const int Tries = 3;
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);
    private readonly ConfirmPatience _patience = new(options.ConfirmGuard);
    private long _lostConfirms, _lateConfirms;
    private (DataRequest Request, long At)? _lost;

    /// <summary>Confirms that never came.</summary>
    internal long LostConfirms => Interlocked.Read(ref _lostConfirms);

    /// <summary>Confirms that came when nobody waited any more.</summary>
    internal long LateConfirms => Interlocked.Read(ref _lateConfirms);

    /// <summary>A value of the modem.</summary>
    internal ValueTask<PibConfirm> GetAsync(PrimePib pib, CancellationToken stop) =>
        AskAsync(PibRequest.Get(pib), message => message is PibConfirm confirm && confirm.Pib == pib ? confirm : null, stop);

    /// <summary>Sets a value. The confirm does not say which: the turn makes that sure.</summary>
    internal async ValueTask<MlmeResult> SetAsync(PrimePib pib, ReadOnlyMemory<byte> value, CancellationToken stop) =>
        (await AskAsync(new PibSet(pib, value), message => message is ResultMessage { Command: PrimeCommand.SetConfirm } confirm ? confirm : null, stop).ConfigureAwait(false)).Result;

    /// <summary>Adds a node to the white list, or takes it away; false where the modem refuses.</summary>
    internal async ValueTask<bool> ListAsync(PrimeCommand change, Eui48 eui, CancellationToken stop) =>
        (await AskAsync(new EuiMessage(change, eui), message => message is AckMessage { Command: PrimeCommand.WhiteListAck } ack && ack.About == change ? ack : null, stop).ConfigureAwait(false)).Code == 0;

    /// <summary>A list of the modem, whole; an empty part ends it.</summary>
    /// <exception cref="IOException">The modem does not give it: half a list would say of nodes that they are gone.</exception>
    internal async ValueTask<List<T>> ReadAsync<T>(CancellationToken stop)
        where T : struct, IPrimeRecord<T>
    {
        for (var attempt = 1; ; attempt++)
        {
            var list = new PrimeList<T>();
            try
            {
                await port.AskAsync(PibRequest.List(T.Pib).ToFrame(), frame => list.Take(Read(frame)), options.AnswerWithin, alone: true, stop).ConfigureAwait(false);
                return list.Fault is null ? list.Records : throw new IOException($"the modem does not give its list {(ushort)T.Pib:X4}: {list.Fault}");
            }
            catch (TimeoutException) when (attempt < Tries)
            {
                // From the beginning: nobody knows which part is missing.
            }
        }
    }

    /// <summary>A list that not every firmware has; empty where it has none.</summary>
    internal async ValueTask<List<T>> TryReadAsync<T>(CancellationToken stop)
        where T : struct, IPrimeRecord<T>
    {
        try
        {
            return await ReadAsync<T>(stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Closes a meter's 4-32 connection, so that it opens another. That nothing comes back is no fault: it may have been closed already.</summary>
    internal async ValueTask ReleaseAsync(ushort address, CancellationToken stop)
    {
        try
        {
            await port.AskAsync(new AddressMessage(PrimeCommand.ReleaseRequest, address).ToFrame(), frame => Read(frame) switch
            {
                AddressMessage { Command: PrimeCommand.LeaveIndication } leave when leave.Address == address => UsiTaken.Seen,
                UnknownMessage { Command: PrimeCommand.ReleaseConfirm } when options.Quirks.ConfirmsRelease => UsiTaken.Whole,
                _ => UsiTaken.Not,
            }, ReleaseWithin, alone: true, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The next question has its turn.
        }
    }

    /// <summary>
    /// Sends an APDU and gives what became of it; null where the confirm never came, and nobody knows. The next has its turn with the confirm, not with the meter's answer; an answer that comes
    /// without a confirm is one.
    /// </summary>
    internal async ValueTask<DataStatus?> SendAsync(DataRequest request, CancellationToken stop)
    {
        DataStatus? status = null;
        var within = _patience.Next;
        try
        {
            var took = await port.AskAsync(request.ToFrame(), frame =>
            {
                switch ((PrimeCommand)frame.Payload.Span[0])
                {
                    case PrimeCommand.DataConfirm when Read(frame) is DataConfirm confirm && Answers(confirm, request):
                        status = confirm.Status;
                        return UsiTaken.Whole;
                    case PrimeCommand.DataIndication when Read(frame) is DataIndication answer && answer.Source == request.Address && answer.DestinationLsap == request.SourceLsap && answer.SourceLsap == request.DestinationLsap:
                        status = DataStatus.Sent;
                        return UsiTaken.Seen;
                    default:
                        return UsiTaken.Not;
                }
            }, within, alone: true, stop).ConfigureAwait(false);
            _patience.Answered(took);
        }
        catch (TimeoutException)
        {
            _patience.Missed();
            _lost = (request, clock.GetTimestamp() - (long)(within.TotalSeconds * clock.TimestampFrequency));
            Interlocked.Increment(ref _lostConfirms);
            port.Doubt($"what was sent to address {request.Address:X3} was not confirmed");
        }

        return status;
    }

    /// <summary>A confirm that nobody waits for: the modem was only slower than we were patient.</summary>
    internal void Late(DataConfirm confirm)
    {
        Interlocked.Increment(ref _lateConfirms);
        if (_lost is { } lost && Answers(confirm, lost.Request))
        {
            _lost = null;
            _patience.Answered(clock.GetElapsedTime(lost.At));
        }
    }

    private static bool Answers(DataConfirm confirm, DataRequest request) =>
        confirm.Address == request.Address && confirm.SourceLsap == request.SourceLsap && confirm.DestinationLsap == request.DestinationLsap;

    private static PrimeMessage? Read(in UsiFrame frame) => frame.Protocol == UsiProtocol.Prime ? PrimeMessage.Read(frame.Payload, out _) : null;

    private async ValueTask<T> AskAsync<T>(PrimeMessage question, Func<PrimeMessage, T?> answer, CancellationToken stop)
        where T : PrimeMessage
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var frame = await port.AskAsync(question.ToFrame(), frame => Read(frame) is { } message && answer(message) is not null, options.AnswerWithin, alone: true, stop).ConfigureAwait(false);
                return answer(PrimeMessage.Read(frame.Payload, out _)!)!;
            }
            catch (TimeoutException) when (attempt < Tries)
            {
                // Dropped, or damaged on the line: once more.
            }
        }
    }
}
