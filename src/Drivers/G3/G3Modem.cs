using Drivers.Usi;
using Protocols.Usi;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>Questions to the modem and its answers, one message at a time; which answer belongs to which question is told by command, attribute, handle or address.</summary>
internal sealed class G3Modem(UsiPort port, G3Options options) : IDisposable
{
    private const int StatusLength = 3;
    private readonly SemaphoreSlim _discovering = new(1);
    private int _handle;

    /// <summary>Sends what has no answer.</summary>
    internal ValueTask SendAsync(G3Message message, CancellationToken stop) => port.SendAsync(message.ToFrame(), stop);

    /// <summary>Starts the modem; completes when it is ready.</summary>
    internal async ValueTask InitializeAsync(CancellationToken stop)
    {
        var answer = (StatusIndication)await AskAsync(new Initialize(options.Band, true), G3Command.Status, static _ => false, options.InitializeWithin, alone: true, stop).ConfigureAwait(false);
        if (answer.Status != ModemStatus.Success)
        {
            throw new G3Refusal(answer.Status, $"the modem at {options.Port} does not start as coordinator in band {options.Band}: {answer.Status.Text()}");
        }
    }

    /// <summary>An attribute of the MAC or the adaptation layer; empty, with the modem's words, where it has none.</summary>
    internal async ValueTask<AttributeGetConfirm> GetAsync(AttributeGet question, CancellationToken stop)
    {
        var answer = question.Command == G3Command.MacGetRequest ? G3Command.MacGetConfirm : G3Command.GetConfirm;
        return Answer<AttributeGetConfirm>(question, await AskAsync(question, answer, message => message is AttributeGetConfirm told && told.Attribute == question.Attribute && told.Index == question.Index,
            options.AnswerWithin, alone: true, stop).ConfigureAwait(false));
    }

    /// <summary>Sets an attribute.</summary>
    internal async ValueTask<AttributeSetConfirm> SetAsync(AttributeSet question, CancellationToken stop)
    {
        var answer = question.Command switch { G3Command.MacSetRequest => G3Command.MacSetConfirm, G3Command.LbpSetRequest => G3Command.LbpSetConfirm, _ => G3Command.SetConfirm };
        return Answer<AttributeSetConfirm>(question, await AskAsync(question, answer, message => message is AttributeSetConfirm told && told.Attribute == question.Attribute,
            options.AnswerWithin, alone: true, stop).ConfigureAwait(false));
    }

    /// <summary>Asks what a status alone answers.</summary>
    internal async ValueTask<AdpStatus> ConfirmAsync(G3Message question, G3Command answer, TimeSpan within, CancellationToken stop) =>
        Answer<Confirm>(question, await AskAsync(question, answer, static message => message is Confirm, within, alone: true, stop).ConfigureAwait(false)).Status;

    /// <summary>Gives the modem a packet; what became of it on its first hop.</summary>
    internal async ValueTask<AdpStatus> SendPacketAsync(ReadOnlyMemory<byte> packet, CancellationToken stop)
    {
        var question = new DataRequest((byte)Interlocked.Increment(ref _handle), true, 0, packet);
        return Answer<DataConfirm>(question, await AskAsync(question, G3Command.DataConfirm, message => message is DataConfirm told && told.Handle == question.Handle,
            options.ConfirmWithin, alone: false, stop).ConfigureAwait(false)).Status;
    }

    /// <summary>Looks for a route; one search at a time, since its confirm does not say which.</summary>
    internal async ValueTask<AdpStatus> FindRouteAsync(ushort address, CancellationToken stop)
    {
        var question = new RouteDiscoveryRequest(address, options.MaxHops);
        await _discovering.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return Answer<Confirm>(question, await AskAsync(question, G3Command.RouteDiscoveryConfirm, static message => message is Confirm, options.DiscoveryWithin, alone: false, stop).ConfigureAwait(false)).Status;
        }
        finally
        {
            _discovering.Release();
        }
    }

    /// <summary>Asks which way data take.</summary>
    internal async ValueTask<PathDiscoveryConfirm> FindPathAsync(ushort address, CancellationToken stop)
    {
        var question = new PathDiscoveryRequest(address, MetricType);
        await _discovering.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return Answer<PathDiscoveryConfirm>(question, await AskAsync(question, G3Command.PathDiscoveryConfirm, message => message is PathDiscoveryConfirm told && told.Destination == address,
                options.DiscoveryWithin, alone: false, stop).ConfigureAwait(false));
        }
        finally
        {
            _discovering.Release();
        }
    }

    /// <summary>Has a device take a new group key, or begin to use it; completes when it has.</summary>
    internal async ValueTask RekeyAsync(Rekey question, CancellationToken stop) => Answer<JoinCompleteIndication>(question, await AskAsync(
        question, G3Command.JoinCompleteIndication, message => message is JoinCompleteIndication told && told.Eui == question.Eui, options.RekeyWithin, alone: false, stop).ConfigureAwait(false));

    public void Dispose() => _discovering.Dispose();

    /// <summary>The composite metric, the one the vendor's coordinator asks with.</summary>
    private const byte MetricType = 0x0F;

    private async ValueTask<G3Message> AskAsync(G3Message question, G3Command answer, Func<G3Message, bool> fits, TimeSpan within, bool alone, CancellationToken stop)
    {
        G3Message? message = null;
        await port.AskAsync(question.ToFrame(), frame =>
        {
            var octets = frame.Payload.Span;
            if (frame.Protocol != UsiProtocol.G3Adp || octets.IsEmpty)
            {
                return false;
            }

            var isStatus = octets.Length == StatusLength && octets[0] == (byte)G3Command.Status && octets[2] == (byte)question.Command;
            if (!isStatus && octets[0] != (byte)answer)
            {
                return false;
            }

            message = G3Message.Read(frame.Payload.ToArray(), out _);
            return message is not null && (isStatus || fits(message));
        }, within, alone, stop).ConfigureAwait(false);
        return message!;
    }

    private T Answer<T>(G3Message question, G3Message answer)
        where T : G3Message => answer as T
        ?? throw new G3Refusal(((StatusIndication)answer).Status, $"the modem at {options.Port} does not take {question.Name}: {((StatusIndication)answer).Status.Text()}");
}
