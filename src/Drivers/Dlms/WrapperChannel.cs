using Drivers.Ports;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Drivers.Dlms;

/// <summary>APDUs in the wrapper over a TCP connection (IEC 62056-47).</summary>
internal sealed class WrapperChannel(ILink link, DlmsOptions options, TimeProvider clock) : IApduChannel
{
    private readonly WrapperFramer _framer = new(options.Association.LongestPdu);
    private int _client;

    public int MostRepeats => 0;

    public ValueTask OpenAsync(int client, CancellationToken stop)
    {
        _client = client;
        return ValueTask.CompletedTask;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop) =>
        link.WriteAsync(new WrapperFrame((ushort)_client, (ushort)options.Association.Server, apdu).ToOctets(), stop);

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop)
    {
        var until = clock.GetTimestamp() + (long)(options.AnswerWithin.TotalSeconds * clock.TimestampFrequency);
        while (true)
        {
            var read = await TimedRead.NextAsync(link.Input, clock, until, options.Port, stop).ConfigureAwait(false);
            var buffer = read.Buffer;
            var result = _framer.Read(ref buffer, out var frame, out _);
            link.Input.AdvanceTo(buffer.Start, result == FrameRead.NeedMore ? buffer.End : buffer.Start);
            switch (result)
            {
                case FrameRead.Skipped:
                    throw new IOException($"{options.Port} sends what is no wrapper PDU: is the framing right, is it a DLMS port?");
                case FrameRead.Got when frame.Destination == _client && frame.Source == options.Association.Server:
                    return frame.Apdu;
                case FrameRead.NeedMore when read.IsCompleted:
                    throw new IOException($"{options.Port} closed the connection in the middle of an answer");
                case FrameRead.NeedMore when clock.GetTimestamp() >= until:
                    throw new TimeoutException($"the meter at {options.Port} did not answer within {options.AnswerWithin.TotalSeconds:F0} s");
            }
        }
    }

    public ValueTask CloseAsync(CancellationToken stop) => ValueTask.CompletedTask;
}
