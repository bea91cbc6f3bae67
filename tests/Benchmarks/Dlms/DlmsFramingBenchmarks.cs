using System.Buffers;
using BenchmarkDotNet.Attributes;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Benchmarks.Dlms;

/// <summary>Promise S2: one HDLC frame of 23 octets; a profile of 96 x 4 over 22 frames, put together by the client's link, which acknowledges each.</summary>
[MemoryDiagnoser]
[MinColumn]
public class DlmsFramingBenchmarks
{
    private static readonly HdlcAddress Client = HdlcAddress.Of(1), Server = HdlcAddress.Of(1);
    private readonly byte[] _profile = Samples.Response();
    private readonly byte[] _question = [0xC0, 0x01, 0xC1, 0x00, 0x07, 0x01, 0x00, 0x63, 0x01, 0x00, 0xFF, 0x02, 0x00];
    private readonly HdlcFramer _framer = new();
    private readonly HdlcClientLink _link = new(Client, Server, HdlcParameters.Default, HdlcTiming.Default, 65_535);
    private readonly List<byte[]> _answers = [];
    private byte[] _frame = [];
    private int _sequence;

    [GlobalSetup]
    public void Build()
    {
        _frame = Written(new HdlcFrame(Client, Server, HdlcControl.Information(1, 1, poll: true), false, new byte[12])); // 23 octets between flags and with them
        if (_frame.Length != 23)
        {
            throw new InvalidOperationException($"the frame has {_frame.Length} octets");
        }

        _link.Connect(TimeSpan.Zero);
        Take(Written(new HdlcFrame(Client, Server, HdlcControl.UnnumberedAcknowledge, false, default)));
        byte[] message = [0xE6, 0xE7, 0x00, .. _profile];
        // Sequence numbers run modulo 8 and both sides count: eight answers in turn, each with the numbers that are due.
        for (var answer = 0; answer < 8; answer++)
        {
            var frames = new List<byte>();
            var number = answer * 22 % 8;
            for (var at = 0; at < message.Length; at += 128, number = (number + 1) % 8)
            {
                var segment = message.AsMemory(at, Math.Min(128, message.Length - at));
                frames.AddRange(Written(new HdlcFrame(Client, Server, HdlcControl.Information(number, (answer + 1) % 8, poll: true), at + 128 < message.Length, segment)));
            }

            _answers.Add([.. frames]);
        }
    }

    [Benchmark]
    public int Frame23Octets()
    {
        var input = new ReadOnlySequence<byte>(_frame);
        return _framer.Read(ref input, out var frame, out _) == FrameRead.Got ? frame.Information.Length : throw new InvalidOperationException("no frame");
    }

    [Benchmark]
    public int ProfileOver22Frames()
    {
        _link.Send(_question, TimeSpan.Zero);
        _link.TakeOutput();
        Take(_answers[_sequence]);
        _sequence = (_sequence + 1) % 8;
        return _link.TryTakeMessage(out var apdu) && apdu.Length == Samples.ResponseOctets ? apdu.Length : throw new InvalidOperationException($"no message: {_link.State}");
    }

    [Benchmark]
    public ushort YardstickCrcOf2694Octets() => Fcs16.Compute(_profile);

    private void Take(byte[] octets)
    {
        var input = new ReadOnlySequence<byte>(octets);
        while (_framer.Read(ref input, out var frame, out _) == FrameRead.Got)
        {
            _link.Take(frame, TimeSpan.Zero);
            _link.TakeOutput();
        }
    }

    private static byte[] Written(in HdlcFrame frame)
    {
        var buffer = new byte[HdlcWriter.MaxFrame];
        return buffer[..HdlcWriter.Write(frame, buffer)];
    }
}
