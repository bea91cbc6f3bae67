using Drivers.Ports;
using Protocols.Dlms.Wrapper;

namespace Drivers.Dlms;

/// <summary>
/// APDUs in datagrams, one in each: in the wrapper over UDP (IEC 62056-47), or behind the head of the 4-32 link layer (IEC 61334-4-32). What is none, or comes from another logical device,
/// is passed over: anybody may send it.
/// </summary>
/// <param name="patience">How long an answer is awaited; shared by all associations with the meter.</param>
internal sealed class DatagramChannel(IDatagramLink link, DlmsOptions options, AnswerPatience patience, TimeProvider clock) : IApduChannel
{
    private readonly WrapperFramer _framer = new(options.Association.LongestPdu);
    private int _client;
    private long _asked;

    public int MostRepeats => options.Repeats;

    public ValueTask OpenAsync(int client, CancellationToken stop)
    {
        _client = client;
        return ValueTask.CompletedTask;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop)
    {
        await link.WriteAsync(DatagramHead.Write(options.Framing, _client, options.Association.Server, apdu), stop).ConfigureAwait(false);
        _asked = clock.GetTimestamp();
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(patience.Next, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            while (true)
            {
                var datagram = await link.Input.ReadAsync(either.Token).ConfigureAwait(false);
                var apdu = DatagramHead.Read(options.Framing, _framer, _client, options.Association.Server, datagram);
                if (!apdu.IsEmpty)
                {
                    patience.Answered(clock.GetElapsedTime(_asked));
                    return apdu;
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            patience.Missed();
            throw new TimeoutException($"the meter at {options.Port} did not answer, asked {MostRepeats + 1} times within {options.AnswerWithin.TotalSeconds:F0} s");
        }
        catch (System.Threading.Channels.ChannelClosedException e)
        {
            throw new IOException(e.InnerException?.Message ?? $"{options.Port} was closed", e);
        }
    }

    public ValueTask CloseAsync(CancellationToken stop) => ValueTask.CompletedTask;
}
