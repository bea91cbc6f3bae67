using Drivers.Ports;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;

namespace Drivers.Dlms;

/// <summary>One association over a channel: asks and waits, and sees to it that there are invocation counters to use.</summary>
/// <param name="counters">Reserves the counters of the meter's key, durably before they are used.</param>
/// <param name="budget">What a question may cost, on a medium that many share; null for what it takes.</param>
internal sealed partial class MeterVisit(IApduChannel channel, ClientSession session, ICounterStore counters, KeyName key, TransferBudget? budget = null) : IAsyncDisposable
{
    private const int MostAttempts = 6, MostPassedOver = 256;
    private const int MultipleReferences = 14, MostInList = 16;
    private const byte BlockUnavailable = 14, LongGetAborted = 15, NoLongGet = 16, WrongBlock = 19;
    private bool _wasMuddled;
    private string? _passedOver;
    private int _most = TransferBudget.OfAttribute;

    /// <summary>The association.</summary>
    internal ClientSession Session => session;

    /// <summary>What the meter said by itself while we spoke with it.</summary>
    internal Queue<ReadOnlyMemory<byte>> Pushed { get; } = new();

    /// <summary>Runs a procedure to its end.</summary>
    /// <exception cref="MeterRefusalException">It failed.</exception>
    internal async ValueTask RunAsync(Procedure procedure, CancellationToken stop)
    {
        try
        {
            await AskAsync(procedure, stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException) when (procedure is GetProcedure or GetListProcedure && session.HintedCounter is { } asked && asked > session.Security?.LastUsed)
        {
            await FollowAsync(asked, stop).ConfigureAwait(false); // a read may be asked twice; what changes something is not repeated on a word nobody vouches for
            await AskAsync(procedure, stop).ConfigureAwait(false);
        }
        catch (TimeoutException) when (procedure is GetProcedure or GetListProcedure && IsAssociationLost)
        {
            await MakeAnewAsync(stop).ConfigureAwait(false);
            await AskAsync(procedure, stop).ConfigureAwait(false);
            _isMadeAnew = false;
        }
    }

    private async ValueTask AskAsync(Procedure procedure, CancellationToken stop)
    {
        if (session.State != AssociationState.Associated)
        {
            throw new MeterRefusalException("the meter dropped the association, and took no new one");
        }

        await GrantAsync(1, stop).ConfigureAwait(false);
        var question = session.Start(procedure);
        if (question.IsEmpty)
        {
            throw new MeterRefusalException(procedure.Fault!);
        }

        IsUnanswered = procedure.Changes;
        var most = procedure is GetProcedure ? _most : TransferBudget.OfAttribute;
        try
        {
            await ExchangeAsync(question, stop, most).ConfigureAwait(false);
        }
        catch (MeterRefusalException)
        {
            IsUnanswered = false;
            throw;
        }

        IsUnanswered = false;
    }

    /// <summary>Something came back.</summary>
    internal bool HasAnswered { get; private set; }

    /// <summary>The last question was answered with what cannot be read or believed, and with nothing else.</summary>
    internal bool IsUnreadable { get; private set; }

    /// <summary>Something that may change the meter was sent, and no answer came: nobody knows whether it was done.</summary>
    internal bool IsUnanswered { get; private set; }

    /// <summary>Reads an attribute; null where the meter answers with a data-access-result.</summary>
    /// <param name="mostOctets">A longer answer is refused; 0 for what an attribute has at most.</param>
    internal async ValueTask<ReadOnlyMemory<byte>?> GetAsync(AttributeDescriptor attribute, Selection? access, CancellationToken stop, int mostOctets = 0)
    {
        _most = mostOctets > 0 ? mostOctets : budget is null ? GetProcedure.MostOctets : TransferBudget.OfAttribute;
        for (var attempt = 1; ; attempt++)
        {
            var get = new GetProcedure(attribute, access, _most);
            _wasMuddled = false;
            await RunAsync(get, stop).ConfigureAwait(false);
            if (channel.MostRepeats > 0 && _wasMuddled && get.Result.Error is (BlockUnavailable or LongGetAborted or NoLongGet or WrongBlock) && attempt < MostAttempts)
            {
                continue; // a block got lost, and this meter gives none twice: from the beginning
            }

            ReadOnlyMemory<byte>? none = null;
            LastError = get.Result.Error;
            return get.Result.Error is null ? get.Result.Data : none;
        }
    }

    /// <summary>Reads attributes in as few questions as the meter takes lists: one result for each, in their order.</summary>
    internal async ValueTask<IReadOnlyList<DataResult>> GetAllAsync(IReadOnlyList<AttributeDescriptor> attributes, CancellationToken stop)
    {
        var results = new List<DataResult>(attributes.Count);
        if (!session.Agreed.Has(MultipleReferences) || attributes.Count < 2)
        {
            foreach (var attribute in attributes)
            {
                var data = await GetAsync(attribute, null, stop).ConfigureAwait(false);
                results.Add(data is { } value ? new DataResult(value, null) : new DataResult(default, LastError));
            }

            return results;
        }

        foreach (var some in attributes.Chunk(MostInList))
        {
            var list = new GetListProcedure([.. some.Select(attribute => (attribute, (Selection?)null))]);
            await RunAsync(list, stop).ConfigureAwait(false); // in one answer: they are of one moment
            results.AddRange(list.Results);
        }

        return results;
    }

    /// <summary>The data-access-result of the last attribute that was read; null where it was success.</summary>
    internal byte? LastError { get; private set; }

    /// <summary>Releases the association and closes the channel; a meter that does not answer any more is left alone.</summary>
    public ValueTask DisposeAsync() => EndAsync(releases: true);

    /// <summary>Ends the association, by a release or silently, and closes the channel.</summary>
    internal async ValueTask EndAsync(bool releases)
    {
        try
        {
            NoteTaken();
            if (!releases)
            {
                session.End();
            }
            else if (session.State == AssociationState.Associated && !session.Settings.IsPreEstablished)
            {
                await GrantAsync(1, CancellationToken.None).ConfigureAwait(false);
                await ExchangeAsync(session.Release(), CancellationToken.None).ConfigureAwait(false);
            }

            await channel.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException or MeterRefusalException)
        {
            session.End(); // it ends with the link
        }
        finally
        {
            session.Security?.Credentials?.Dispose();
            session.Security?.Dispose();
        }
    }

    private async ValueTask ExchangeAsync(ReadOnlyMemory<byte> question, CancellationToken stop, int mostOctets = TransferBudget.OfAttribute)
    {
        budget?.Begin(mostOctets);
        var (repeats, passedOver) = (0, 0);
        (_passedOver, IsUnreadable) = (null, false);
        var distrusted = session.Distrusted;
        while (true)
        {
            if (!question.IsEmpty)
            {
                if (!await TrySendAsync(question, repeats, stop).ConfigureAwait(false))
                {
                    repeats++;
                    question = await AgainAsync(stop).ConfigureAwait(false);
                    continue;
                }
            }
            else if (session is { State: AssociationState.Associated, IsAsking: false, Settings.IsPreEstablished: true })
            {
                return;
            }

            if (await ReceiveAsync(repeats, stop).ConfigureAwait(false) is not { } answer)
            {
                repeats++;
                question = await AgainAsync(stop).ConfigureAwait(false);
                continue;
            }

            HasAnswered = true;
            var step = session.Take(answer);
            IsUnreadable = session.Distrusted > distrusted && step.Move == SessionMove.Ignored;
            question = default;
            if (step.Move is SessionMove.Ask or SessionMove.Ignored)
            {
                budget?.Spend(answer.Length); // it goes on
            }

            switch (step.Move)
            {
                case SessionMove.Done:
                    return;
                case SessionMove.Failed:
                    throw new MeterRefusalException(step.Sentence!);
                case SessionMove.Pushed:
                    Pushed.Enqueue(step.Octets.ToArray());
                    break;
                case SessionMove.Ask:
                    (question, repeats, passedOver) = (step.Octets, 0, 0);
                    await GrantAsync(1, stop).ConfigureAwait(false);
                    break;
                case SessionMove.Ignored:
                    (_wasMuddled, _passedOver) = (true, step.Sentence ?? _passedOver);
                    passedOver = step.Sentence is null ? passedOver : passedOver + 1;
                    if (passedOver > MostPassedOver)
                    {
                        throw new MeterRefusalException($"the meter says {MostPassedOver} times what answers no question, last: {_passedOver}");
                    }

                    break;
            }
        }
    }

    /// <summary>Sends a question; false where it did not arrive, and may be sent again.</summary>
    private async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> question, int repeats, CancellationToken stop)
    {
        try
        {
            await channel.SendAsync(question, stop).ConfigureAwait(false);
            while (session.TryTakeFurther(out var further))
            {
                await channel.SendAsync(further, stop).ConfigureAwait(false);
            }

            return true;
        }
        catch (NotAcknowledgedException) when (repeats < channel.MostRepeats && session.IsAsking && !IsUnanswered)
        {
            _wasMuddled = true; // it may have arrived all the same
            return false;
        }
    }

    /// <summary>The next APDU; null where none came and there is patience left.</summary>
    private async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(int repeats, CancellationToken stop)
    {
        try
        {
            return await channel.ReceiveAsync(stop).ConfigureAwait(false);
        }
        catch (TimeoutException) when (repeats < channel.MostRepeats && (IsUnanswered || !session.IsAssociationDoubted))
        {
            _wasMuddled = true;
            return null;
        }
        catch (TimeoutException e) when (_passedOver is not null)
        {
            throw new TimeoutException(repeats < channel.MostRepeats ? _passedOver : $"{e.Message}; what came was passed over: {_passedOver}", e);
        }
    }

    /// <summary>The question again, under a counter of its own; nothing where only patience helps: what may change the meter is never sent twice.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> AgainAsync(CancellationToken stop)
    {
        if (IsUnanswered)
        {
            return default;
        }

        await GrantAsync(1, stop).ConfigureAwait(false);
        return session.Again();
    }
}
