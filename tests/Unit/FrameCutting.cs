using System.Buffers;
using Protocols.Framing;

namespace Unit;

/// <summary>The face of a framer.</summary>
internal delegate FrameRead FrameReader<TFrame>(ref ReadOnlySequence<byte> input, out TFrame frame, out FrameFault fault);

/// <summary>Cuts octets into frames as a port does: what is left of one chunk stands before the next.</summary>
internal static class FrameCutting
{
    /// <param name="keep">Gives a frame octets of its own, where it stands in the input.</param>
    internal static List<TFrame> Cut<TFrame>(FrameReader<TFrame> framer, IEnumerable<byte[]> chunks, Func<TFrame, TFrame>? keep = null)
    {
        var frames = new List<TFrame>();
        byte[] left = [];
        foreach (var chunk in chunks)
        {
            var input = new ReadOnlySequence<byte>([.. left, .. chunk]);
            FrameRead read;
            while ((read = framer(ref input, out var frame, out _)) != FrameRead.NeedMore)
            {
                if (read == FrameRead.Got)
                {
                    frames.Add(keep is null ? frame : keep(frame));
                }
            }

            left = input.ToArray();
        }

        return frames;
    }
}
