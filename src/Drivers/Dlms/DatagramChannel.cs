using System.Buffers;
using Drivers.Ports;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Drivers.Dlms;

/// <summary>APDUs in the wrapper over UDP (IEC 62056-47): one PDU a datagram. What is none, or comes from another logical device, is passed over: anybody may send it.</summary>
internal sealed class DatagramChannel(IDatagramLink link, DlmsOptions options, TimeProvider clock) : IApduChannel
{
    private readonly WrapperFramer _framer = new(options.Association.LongestPdu);
    private int _client;

    public int MostRepeats => 3;

    public ValueTask OpenAsync(int client, CancellationToken stop)
    {
        _client = client;
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop) =>
        link.WriteAsync(new WrapperFrame((ushort)_client, (ushort)options.Association.Server, apdu).ToOctets(), stop);

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.AnswerWithin / (MostRepeats + 1), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            while (true)
            {
                var input = new ReadOnlySequence<byte>(await link.Input.ReadAsync(either.Token).ConfigureAwait(false));
                if (_framer.Read(ref input, out var frame, out _) == FrameRead.Got && input.IsEmpty && frame.Destination == _client && frame.Source == options.Association.Server)
                {
                    return frame.Apdu;
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"the meter at {options.Port} did not answer, asked {MostRepeats + 1} times within {options.AnswerWithin.TotalSeconds:F0} s");
        }
        catch (System.Threading.Channels.ChannelClosedException e)
        {
            throw new IOException(e.InnerException?.Message ?? $"{options.Port} was closed", e);
        }
    }

    public ValueTask CloseAsync(CancellationToken stop) => ValueTask.CompletedTask;
}
