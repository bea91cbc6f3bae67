using System.Buffers;
using Fuzz.Judging;
using Protocols.Framing;

namespace Fuzz.Families;

/// <summary>Gives octets to a framer in pieces, as a port does: what it did not take stays in front of what comes next. Each read is held to the promise on memory by itself.</summary>
internal static class Chunks
{
    /// <summary>Reads once; tells what came.</summary>
    internal delegate FrameRead Read(ref ReadOnlySequence<byte> input);

    /// <summary>A long input in single octets takes a thousand times as long, and tells nothing that a short one does not.</summary>
    private const int MostPieces = 64;

    /// <summary>Gives everything in pieces of a size, larger ones where they would be too many; 0 for all at once. Then the line is idle, until the framer took all.</summary>
    internal static void Feed(ReadOnlyMemory<byte> octets, int size, bool inSegments, Read read, Action idle)
    {
        var taken = 0;
        size = size == 0 ? 0 : Math.Max(size, octets.Length / MostPieces);
        var segments = inSegments ? new Segments() : null;
        for (var end = size == 0 ? octets.Length : Math.Min(size, octets.Length); ; end = Math.Min(end + size, octets.Length))
        {
            taken += Drain(octets[taken..end], segments, read);
            if (end == octets.Length)
            {
                break;
            }
        }

        for (var rounds = 0; taken < octets.Length && rounds < 2; rounds++)
        {
            idle();
            var more = Drain(octets[taken..], segments, read);
            rounds = more > 0 ? 0 : rounds;
            taken += more;
        }
    }

    private static int Drain(ReadOnlyMemory<byte> octets, Segments? segments, Read read)
    {
        var input = segments is not null && octets.Length > 1 ? segments.Of(octets) : new ReadOnlySequence<byte>(octets);
        var length = input.Length;
        while (true)
        {
            var before = input.Length;
            var allowance = default(PartAllowance);
            allowance.Begin((int)before);
            var what = read(ref input);
            allowance.End();
            if (what == FrameRead.NeedMore)
            {
                return (int)(length - input.Length);
            }

            if (input.Length >= before)
            {
                throw new InvalidOperationException($"{what} without taking an octet: a port would read for ever");
            }
        }
    }

    /// <summary>Two segments that are used again: what a framer allocates shall be seen, not what we do.</summary>
    private sealed class Segments
    {
        private readonly Segment _first = new(), _second = new();

        internal ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> octets)
        {
            var half = octets.Length / 2;
            _second.Set(octets[half..], half, null);
            _first.Set(octets[..half], 0, _second);
            return new ReadOnlySequence<byte>(_first, 0, _second, octets.Length - half);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal void Set(ReadOnlyMemory<byte> memory, long index, Segment? next) => (Memory, RunningIndex, Next) = (memory, index, next);
    }
}
