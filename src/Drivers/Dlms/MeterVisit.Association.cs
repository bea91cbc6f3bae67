using Drivers.Dlms.Keys;
using Drivers.Ports;
using Protocols.Dlms.Client;

namespace Drivers.Dlms;

/// <summary>How the association is made, made anew where the meter dropped it, and kept in invocation counters.</summary>
internal sealed partial class MeterVisit
{
    private const int CountersAtOnce = 64;
    private bool _isMadeAnew;

    /// <summary>Where an association that had stood could not be made anew because the key is called wrong: APDUs under it that the meter refused.</summary>
    internal int KeyRefusals { get; private set; }

    /// <summary>Opens the channel and associates.</summary>
    /// <param name="asked">The lowest invocation counter the meter takes, as it says without proof; 0 where it says nothing.</param>
    /// <exception cref="MeterRefusalException">The meter refuses, or asks for a counter nobody may follow it to.</exception>
    internal async ValueTask AssociateAsync(uint asked, CancellationToken stop)
    {
        await channel.OpenAsync(session.Settings.Client, stop).ConfigureAwait(false);
        await FollowAsync(asked, stop).ConfigureAwait(false);
        var isFollowed = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _wasMuddled = false;
                await ExchangeAsync(session.Associate(), stop).ConfigureAwait(false);
                NoteTaken();
                return;
            }
            catch (MeterRefusalException) when (session.HintedCounter is not null && !isFollowed)
            {
                isFollowed = true; // once: a meter that is never content is refused
                await FollowAsync(session.HintedCounter.Value, stop).ConfigureAwait(false);
            }
            catch (NotAcknowledgedException) when (attempt <= channel.MostRepeats)
            {
                session.End(); // nobody heard of it
            }
            catch (Exception e) when (channel.MostRepeats > 0 && MayTryAgain(e, attempt))
            {
                await AbandonAsync(stop).ConfigureAwait(false);
            }
            catch (TimeoutException e) when (session.IsKeyDoubted)
            {
                throw new MeterRefusalException(_passedOver ?? e.Message, e);
            }
        }
    }

    /// <summary>
    /// On datagrams an association that failed is tried again: a message of it got lost or came twice, or one is open whose release got lost. A refusal without any such sign is tried
    /// once more and no oftener, and one for which the key is doubted never, since meters lock out who guesses.
    /// </summary>
    private bool MayTryAgain(Exception failure, int attempt) =>
        attempt < MostAttempts && !session.IsKeyDoubted && (failure is TimeoutException || (failure is MeterRefusalException && session.HintedCounter is null && (_wasMuddled || attempt == 1)));

    /// <summary>Releases an association that may be open at the meter alone.</summary>
    internal async ValueTask AbandonAsync(CancellationToken stop)
    {
        await GrantAsync(1, stop).ConfigureAwait(false);
        await channel.SendAsync(session.Abandon(), stop).ConfigureAwait(false);
        try
        {
            session.Take(await channel.ReceiveAsync(stop).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            // Lost on one way or the other: the next AARQ shows it.
        }

        await GrantAsync(1, stop).ConfigureAwait(false);
    }

    /// <summary>The meter dropped the association by itself, as far as anybody knows: it is made anew once, and what was asked is not asked again within it, since meters count what they cannot decipher.</summary>
    private bool IsAssociationLost => channel.MostRepeats > 0 && session is { IsAssociationDoubted: true, Settings.IsPreEstablished: false } && !_isMadeAnew;

    private async ValueTask MakeAnewAsync(CancellationToken stop)
    {
        var refused = session.IsKeyDoubted ? 1 : 0;
        _isMadeAnew = true;
        session.End();
        try
        {
            await AssociateAsync(0, stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException)
        {
            KeyRefusals = session.IsKeyDoubted ? refused + 1 : 0;
            throw;
        }
    }

    private async ValueTask GrantAsync(uint atLeast, CancellationToken stop)
    {
        if (session.Security is not { } security || (security.CountersLeft >= ClientSecurity.FewCounters && atLeast <= security.NextCounter))
        {
            return;
        }

        try
        {
            security.Grant(await counters.ReserveAsync(key, CountersAtOnce, Math.Max(1, atLeast), stop).ConfigureAwait(false), CountersAtOnce);
        }
        catch (OverflowException e)
        {
            throw new MeterRefusalException($"the invocation counters of the key of {key.Device}, client {key.Client}, are used up: nothing is sent under it any more, it must be changed", e);
        }
    }

    /// <summary>Follows the meter to the counter it asks for, as far as that is allowed.</summary>
    private async ValueTask FollowAsync(uint asked, CancellationToken stop)
    {
        await GrantAsync(1, stop).ConfigureAwait(false);
        if (session.Security is not { } security)
        {
            return;
        }

        if (CounterHint.Refusal(asked, security.NextCounter, counters.LastTaken(key)) is { } sentence)
        {
            throw new MeterRefusalException(sentence);
        }

        await GrantAsync(asked, stop).ConfigureAwait(false);
    }

    /// <summary>Keeps how far the meter followed our counter, once it proved that it has the key: a hint is kept no earlier.</summary>
    private void NoteTaken()
    {
        if (session is { State: AssociationState.Associated, Security: { LastUsed: > 0, LastReceived: not null } security })
        {
            counters.Took(key, security.LastUsed);
        }
    }
}
