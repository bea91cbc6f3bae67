using System.Buffers;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.MBusTransport;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;
using Protocols.P1;

namespace Drivers.Dlms.Push;

/// <summary>One message out of its frames.</summary>
/// <param name="Octets">Its own: an APDU, in the wrapper where it came so, or a P1 telegram.</param>
/// <param name="Client">Client SAP that is spoken to; 0 where the framing names none.</param>
/// <param name="Protocol">What the octets are: <c>dlms</c>, <c>p1</c>.</param>
internal readonly record struct PushMessage(ReadOnlyMemory<byte> Octets, int Client, string Protocol);

/// <summary>Octets of one sender to messages by one framing.</summary>
internal abstract class PushCutter
{
    /// <summary>Longer messages are given up.</summary>
    protected const int Longest = 64 * 1024;

    /// <summary>Its name.</summary>
    internal abstract string Name { get; }

    /// <summary>Rubbish that was passed over.</summary>
    internal long Skipped { get; private set; }

    /// <summary>Frames whose check held.</summary>
    internal long Frames { get; private set; }

    /// <summary>Takes what can be taken off the front.</summary>
    internal abstract void Cut(ref ReadOnlySequence<byte> input, Queue<PushMessage> to);

    /// <summary>Nothing came for long.</summary>
    internal abstract void LineIdle();

    /// <summary>Counts what a framer gave; true for a frame.</summary>
    private bool Count(FrameRead read)
    {
        var isFrame = read == FrameRead.Got;
        Frames += isFrame ? 1 : 0;
        Skipped += isFrame ? 0 : 1;
        return isFrame;
    }

    internal static PushCutter Of(PushFraming framing) => framing switch
    {
        PushFraming.Wrapper => new OfWrapper(),
        PushFraming.Hdlc => new OfHdlc(),
        PushFraming.MBus => new OfMBus(),
        _ => new OfP1(),
    };

    private sealed class OfWrapper : PushCutter
    {
        private readonly WrapperFramer _framer = new(Longest);

        internal override string Name => "wrapper";

        internal override void Cut(ref ReadOnlySequence<byte> input, Queue<PushMessage> to)
        {
            while (_framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
            {
                if (Count(read))
                {
                    to.Enqueue(new PushMessage(frame.ToOctets(), frame.Destination, "dlms"));
                }
            }
        }

        internal override void LineIdle()
        {
        }
    }

    private sealed class OfHdlc : PushCutter
    {
        private readonly HdlcFramer _framer = new();
        private readonly HdlcUnasked _unasked = new(Longest);

        internal override string Name => "HDLC";

        internal override void Cut(ref ReadOnlySequence<byte> input, Queue<PushMessage> to)
        {
            while (_framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
            {
                if (Count(read) && _unasked.Take(frame) == SegmentTaken.Whole && !_unasked.Apdu.IsEmpty)
                {
                    to.Enqueue(new PushMessage(_unasked.Apdu.ToArray(), _unasked.Destination.Upper, "dlms"));
                }
            }
        }

        internal override void LineIdle() => _framer.LineIdle();
    }

    private sealed class OfMBus : PushCutter
    {
        private readonly MBusFramer _framer = new();
        private readonly MBusAssembly _assembly = new(Longest);

        internal override string Name => "M-Bus";

        internal override void Cut(ref ReadOnlySequence<byte> input, Queue<PushMessage> to)
        {
            while (_framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
            {
                if (Count(read) && _assembly.Take(frame) == SegmentTaken.Whole && !_assembly.Apdu.IsEmpty)
                {
                    to.Enqueue(new PushMessage(_assembly.Apdu.ToArray(), _assembly.Destination, "dlms"));
                }
            }
        }

        internal override void LineIdle() => _framer.LineIdle();
    }

    private sealed class OfP1 : PushCutter
    {
        private readonly P1Framer _framer = new();

        internal override string Name => "P1";

        internal override void Cut(ref ReadOnlySequence<byte> input, Queue<PushMessage> to)
        {
            while (_framer.Read(ref input, out var telegram, out _) is var read and not FrameRead.NeedMore)
            {
                if (Count(read))
                {
                    to.Enqueue(new PushMessage(telegram.Octets, 0, "p1"));
                }
            }
        }

        internal override void LineIdle() => _framer.LineIdle();
    }
}
