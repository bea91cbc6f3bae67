using Drivers.Ports;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Drivers.Dlms;

/// <summary>APDUs over an HDLC link (IEC 62056-46): one link for one client at a time.</summary>
internal sealed class HdlcChannel(ILink link, DlmsOptions options, TimeProvider clock) : IApduChannel
{
    private const int LongestApdu = 65_536, MostUnasked = 16;

    // Octets of a frame follow one another within 25 ms; USB adapters and serial servers deliver in bursts.
    private static readonly TimeSpan LineIdleAfter = TimeSpan.FromMilliseconds(250);

    private readonly HdlcFramer _framer = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly Queue<ReadOnlyMemory<byte>> _unasked = new();
    private HdlcClientLink? _link;
    private bool _unfinished;

    private TimeSpan Now => clock.GetElapsedTime(_started);

    public int MostRepeats => 0;

    public ValueTask OpenAsync(int client, CancellationToken stop) =>
        OpenAsync(client, HdlcTiming.Default with { Response = options.AnswerWithin / (HdlcTiming.Default.Retries + 1) }, stop);

    /// <summary>Connects with a patience of its own.</summary>
    internal async ValueTask OpenAsync(int client, HdlcTiming timing, CancellationToken stop)
    {
        var server = options.PhysicalAddress == 0 ? HdlcAddress.Of(options.Association.Server) : HdlcAddress.Of(options.Association.Server, options.PhysicalAddress);
        _link = new HdlcClientLink(HdlcAddress.Of(client), server, options.Hdlc, timing, LongestApdu);
        _link.Connect(Now);
        while (_link.State == HdlcLinkState.Connecting)
        {
            await StepAsync(stop).ConfigureAwait(false);
        }

        Demand("connects");
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop)
    {
        if (_link is not { State: HdlcLinkState.Ready })
        {
            throw new TimeoutException($"the HDLC link to {options.Port} is not connected");
        }

        _link.Send(apdu.Span, Now);
        await link.WriteAsync(_link.TakeOutput(), stop).ConfigureAwait(false);
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop)
    {
        ReadOnlyMemory<byte> apdu;
        while (!_link!.TryTakeMessage(out apdu))
        {
            if (_unasked.TryDequeue(out var unasked))
            {
                return unasked;
            }

            Demand("answers");
            await StepAsync(stop).ConfigureAwait(false);
        }

        return apdu.ToArray();
    }

    public async ValueTask CloseAsync(CancellationToken stop)
    {
        _link?.Disconnect(Now);
        while (_link is { State: HdlcLinkState.Disconnecting })
        {
            await StepAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is to be sent, and takes what comes until something is due.</summary>
    private async ValueTask StepAsync(CancellationToken stop)
    {
        var output = _link!.TakeOutput();
        if (!output.IsEmpty)
        {
            await link.WriteAsync(output, stop).ConfigureAwait(false);
        }

        var latest = Now + (_unfinished ? LineIdleAfter : options.AnswerWithin);
        var due = latest < _link.Due ? latest : _link.Due;
        var until = _started + (long)(due.TotalSeconds * clock.TimestampFrequency) + 1;
        var read = await TimedRead.NextAsync(link.Input, clock, until, options.Port, stop).ConfigureAwait(false);
        if (read.IsCanceled && _unfinished)
        {
            _framer.LineIdle();
        }

        var buffer = read.Buffer;
        while (_framer.Read(ref buffer, out var frame, out _) is var result && result != FrameRead.NeedMore)
        {
            if (result == FrameRead.Got)
            {
                _link.Take(frame, Now);
                if (_link.TryTakeUnasked(out var apdu) && _unasked.Count < MostUnasked)
                {
                    _unasked.Enqueue(apdu.ToArray());
                }
            }
        }

        _unfinished = !buffer.IsEmpty;
        link.Input.AdvanceTo(buffer.Start, buffer.End);
        if (read.IsCompleted && _unfinished)
        {
            throw new IOException($"{options.Port} closed the connection in the middle of a frame");
        }

        _link.Tick(Now);
    }

    private void Demand(string verb)
    {
        if (_link!.State == HdlcLinkState.Disconnected)
        {
            throw new TimeoutException($"no meter {verb} at {options.Port} by HDLC, logical device {options.Association.Server}: {Words(_link)}");
        }
    }

    private static string Words(HdlcClientLink link) => link.End switch
    {
        HdlcLinkEnd.Silent => "silence; are address, speed and wiring right?",
        HdlcLinkEnd.DisconnectedMode => "it answers that there is no link (DM)",
        HdlcLinkEnd.Rejected => $"it rejects our frame (FRMR{(link.Reject is { } reject ? ", " + reject : "")})",
        HdlcLinkEnd.Busy => "it says that it is busy (RNR), and nothing else",
        HdlcLinkEnd.BadParameters => "it proposes limits that HDLC does not have",
        HdlcLinkEnd.BadMessage => "its message has no LLC header, or is too long",
        _ => "the link was closed",
    };
}
