using System.IO.Pipelines;
using System.Net;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms.Passing;
using Metering;
using Metering.Ledger;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// One head-end's connection: cuts the stream into wrapper PDUs, answers for the box's own logical device one after another, and takes what is for meters to them side by side. A stream that
/// is no wrapper, says nothing or does not take its answers is closed.
/// </summary>
internal sealed class HeadEndConnection(Stream stream, IPAddress from, long session, DoorParts parts) : IAsyncDisposable
{
    private const int MostFaults = 16;
    private static readonly TimeSpan WriteWithin = TimeSpan.FromSeconds(20), MeterWithin = TimeSpan.FromMinutes(2);
    private readonly WrapperFramer _framer = new(parts.Options.LongestPdu);
    private readonly BoxDesk _box = new(parts);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private MeterLanes? _lanes;
    private DeviceReports? _reports;
    private int _faults;

    private string Who => _box.IsProven ? $"client {BoxClients.Management}, {from}" : from.ToString();

    /// <summary>Serves until the other side goes, is idle for too long, or is told to stop.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var lanes = _lanes = new MeterLanes(parts.Gateway, own.Token);
        using var reports = _reports = new DeviceReports(parts.Reached, parts.Numbers, parts.EuiOf, (message, cancel) => WriteAsync(new WrapperFrame(DcMessage.Base, DcMessage.HeadEnd, message.ToOctets()), cancel));
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var reporting = reports.RunAsync(own.Token);
        var serving = ServeAsync(reader, own.Token);
        try
        {
            await await Task.WhenAny(serving, reporting).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or StorageFaultException or OverflowException)
        {
            // It is over: the other side went, or cannot be served. Faults of the storage are told by the ledger.
        }
        finally
        {
            await own.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(reporting, serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await lanes.EndAsync("the head-end went", stop).ConfigureAwait(false);
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        _box.Dispose();
        _writing.Dispose();
    }

    private async Task ServeAsync(PipeReader reader, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, parts.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var begun = 0L;
        while (true)
        {
            late.CancelAfter(begun == 0 ? parts.Options.IdleAfter + (_lanes!.IsBusy ? MeterWithin : TimeSpan.Zero) : parts.Options.WholeWithin - parts.Clock.GetElapsedTime(begun));
            System.IO.Pipelines.ReadResult read;
            try
            {
                read = await reader.ReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                DoorCounters.Count(ref parts.Counters.IdleClosed);
                return;
            }

            late.CancelAfter(Timeout.InfiniteTimeSpan);
            var buffer = read.Buffer;
            var result = FrameRead.NeedMore;
            while (buffer.Length > 0 && (result = _framer.Read(ref buffer, out var frame, out _)) == FrameRead.Got)
            {
                begun = 0;
                DoorCounters.Count(ref parts.Counters.Pdus);
                await TakeAsync(frame, stop).ConfigureAwait(false);
                if (_faults >= MostFaults)
                {
                    return;
                }
            }

            if (result == FrameRead.Skipped)
            {
                DoorCounters.Count(ref parts.Counters.BrokenStreams);
                return; // a stream that is no wrapper any more never becomes one again
            }

            begun = buffer.IsEmpty ? 0 : begun == 0 ? parts.Clock.GetTimestamp() : begun;
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || (begun != 0 && parts.Clock.GetElapsedTime(begun) >= parts.Options.WholeWithin))
            {
                return;
            }
        }
    }

    private async ValueTask TakeAsync(WrapperFrame frame, CancellationToken stop)
    {
        if (frame.Apdu.Span[0] == (byte)ApduTag.GatewayRequest)
        {
            await PassAsync(frame, Pdu.Read(frame.Apdu, out _) as Gateway, stop).ConfigureAwait(false);
        }
        else if (frame is { Source: DcMessage.HeadEnd, Destination: DcMessage.Base })
        {
            await ControlAsync(DcMessage.Read(frame.Apdu), stop).ConfigureAwait(false);
        }
        else if (frame.Destination >= DeviceNumbers.First && _reports!.IsStarted && parts.Numbers.Find(frame.Destination) is { IsNone: false } device)
        {
            await PassAsync(frame, device, BoxClients.LogicalDevice, frame.Apdu, static answer => answer, stop).ConfigureAwait(false);
        }
        else
        {
            await AnswerAsync(frame, stop).ConfigureAwait(false);
        }
    }

    /// <summary>What is for the box itself.</summary>
    private async ValueTask AnswerAsync(WrapperFrame frame, CancellationToken stop)
    {
        foreach (var answer in await _box.AnswerAsync(frame.Source, frame.Destination, frame.Apdu, from, stop).ConfigureAwait(false))
        {
            _faults = answer[0] == (byte)ApduTag.ExceptionResponse ? _faults + 1 : 0;
            await WriteAsync(new WrapperFrame(frame.Destination, frame.Source, answer), stop).ConfigureAwait(false);
        }

        if (_box.IsAssociationRefused)
        {
            _faults += MostFaults / 2; // one may be a mistake
        }
    }

    private async ValueTask PassAsync(WrapperFrame frame, Gateway? gateway, CancellationToken stop)
    {
        var meter = gateway is null ? default : parts.Reached.Find(gateway.Network, gateway.Address.Span);
        if (meter.IsNone)
        {
            DoorCounters.Count(ref parts.Counters.Exchanges);
            // Whether a meter is there is nobody's business who did not prove himself.
            await WriteAsync(frame, parts.Gateway.Refuse(_box.IsProven ? GatewayRefusal.UnknownMeter : GatewayRefusal.NotAllowed).ToOctets(), stop).ConfigureAwait(false);
            return;
        }

        await PassAsync(frame, meter, frame.Destination, gateway!.Inner, answer => new Gateway(true, gateway.Network, gateway.Address, answer).ToOctets(), stop).ConfigureAwait(false);
    }

    private async ValueTask PassAsync(WrapperFrame frame, MeterId meter, ushort server, ReadOnlyMemory<byte> apdu, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> dress, CancellationToken stop)
    {
        var request = new PassThroughRequest(parts.Options.Name, BoxClients.Management, session, Who, meter);
        var refusal = parts.Gateway.RefusalOf(request, _box.IsProven, apdu)
            ?? (_lanes!.TryPass(request, frame.Source, server, apdu, answer => WriteAsync(frame, dress(answer), stop), refused => WriteAsync(frame, refused.ToOctets(), stop)) ? null : parts.Gateway.Refuse(GatewayRefusal.Busy));
        if (refusal is { } why)
        {
            await WriteAsync(frame, why.ToOctets(), stop).ConfigureAwait(false);
        }
    }

    /// <summary>A control message of the PRIME DC wrapper; a head-end that did not prove itself gets no word on devices.</summary>
    private async ValueTask ControlAsync(DcMessage? message, CancellationToken stop)
    {
        if (message is null || !_box.IsProven)
        {
            parts.Gateway.Refuse(GatewayRefusal.NotAllowed);
            _faults++;
            return;
        }

        var device = message switch
        {
            DcMessage.DeleteMeter one => parts.Numbers.Find(one.Device),
            DcMessage.EnableAutoClose one => parts.Numbers.Find(one.Device),
            DcMessage.DisableAutoClose one => parts.Numbers.Find(one.Device),
            _ => default,
        };
        switch (message)
        {
            case DcMessage.StartReporting:
                _reports!.Start();
                break;
            case DcMessage.DeleteMeter when !device.IsNone:
                await _lanes!.LetGoAsync(device, "the head-end let its connection go", stop).ConfigureAwait(false);
                break;
            case DcMessage.EnableAutoClose when !device.IsNone:
                _reports!.CloseBySelf(device, isOn: true);
                break;
            case DcMessage.DisableAutoClose when !device.IsNone:
                _reports!.CloseBySelf(device, isOn: false);
                break;
        }
    }

    private ValueTask WriteAsync(in WrapperFrame question, ReadOnlyMemory<byte> answer, CancellationToken stop) => 
        WriteAsync(new WrapperFrame(question.Destination, question.Source, answer.Length <= ushort.MaxValue ? answer : GatewayRefusal.TooLong.ToOctets()), stop);

    private async ValueTask WriteAsync(WrapperFrame frame, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(WriteWithin, parts.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        await _writing.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(frame.ToOctets(), either.Token).ConfigureAwait(false);
            parts.Counters.AnsweredAt(parts.Time.Now.Utc);
        }
        finally
        {
            _writing.Release();
        }
    }
}
