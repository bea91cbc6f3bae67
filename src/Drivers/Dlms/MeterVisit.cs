using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;

namespace Drivers.Dlms;

/// <summary>One association over a channel: asks and waits, and sees to it that there are invocation counters to use.</summary>
/// <param name="counters">Reserves the counters of the meter's key, durably before they are used.</param>
internal sealed class MeterVisit(IApduChannel channel, ClientSession session, ICounterStore counters, KeyName key) : IAsyncDisposable
{
    private const int CountersAtOnce = 64;

    /// <summary>The association.</summary>
    internal ClientSession Session => session;

    /// <summary>What the meter said by itself while we spoke with it.</summary>
    internal Queue<ReadOnlyMemory<byte>> Pushed { get; } = new();

    /// <summary>Opens the channel and associates.</summary>
    /// <param name="atLeast">The lowest invocation counter the meter takes, as far as it is known.</param>
    /// <exception cref="MeterRefusalException">The meter refuses.</exception>
    internal async ValueTask AssociateAsync(uint atLeast, CancellationToken stop)
    {
        await channel.OpenAsync(session.Settings.Client, stop).ConfigureAwait(false);
        await GrantAsync(atLeast, stop).ConfigureAwait(false);
        await ExchangeAsync(session.Associate(), stop).ConfigureAwait(false);
    }

    /// <summary>Runs a procedure to its end.</summary>
    /// <exception cref="MeterRefusalException">It failed.</exception>
    internal async ValueTask RunAsync(Procedure procedure, CancellationToken stop)
    {
        await GrantAsync(1, stop).ConfigureAwait(false);
        IsUnanswered = procedure is SetProcedure or ActionProcedure or ExchangeProcedure { Changes: true };
        try
        {
            await ExchangeAsync(session.Start(procedure), stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException)
        {
            IsUnanswered = false;
            throw;
        }

        IsUnanswered = false;
    }

    /// <summary>Something that may change the meter was sent, and no answer came: nobody knows whether it was done.</summary>
    internal bool IsUnanswered { get; private set; }

    /// <summary>Reads an attribute; null where the meter answers with a data-access-result.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>?> GetAsync(AttributeDescriptor attribute, Selection? access, CancellationToken stop)
    {
        var get = new GetProcedure(attribute, access);
        await RunAsync(get, stop).ConfigureAwait(false);
        ReadOnlyMemory<byte>? none = null;
        LastError = get.Result.Error;
        return get.Result.Error is null ? get.Result.Data : none;
    }

    /// <summary>The data-access-result of the last attribute that was read; null where it was success.</summary>
    internal byte? LastError { get; private set; }

    /// <summary>Releases the association and closes the channel; a meter that does not answer any more is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (session.State == AssociationState.Associated && !session.Settings.IsPreEstablished)
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
            session.Security?.Dispose();
        }
    }

    private async ValueTask ExchangeAsync(ReadOnlyMemory<byte> question, CancellationToken stop)
    {
        while (true)
        {
            if (!question.IsEmpty)
            {
                await channel.SendAsync(question, stop).ConfigureAwait(false);
            }
            else if (session.State == AssociationState.Associated && session.Settings.IsPreEstablished)
            {
                return;
            }

            var step = session.Take(await channel.ReceiveAsync(stop).ConfigureAwait(false));
            question = default;
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
                    question = step.Octets;
                    await GrantAsync(1, stop).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async ValueTask GrantAsync(uint atLeast, CancellationToken stop)
    {
        if (session.Security is { } security && (security.CountersLeft < ClientSecurity.FewCounters || atLeast > security.LastUsed + 1))
        {
            security.Grant(await counters.ReserveAsync(key, CountersAtOnce, Math.Max(1, atLeast), stop).ConfigureAwait(false), CountersAtOnce);
        }
    }
}
