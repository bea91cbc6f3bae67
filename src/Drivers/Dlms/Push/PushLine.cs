using System.Buffers;

namespace Drivers.Dlms.Push;

/// <summary>
/// One sender's octets to messages. Where nobody said which framing it is, all are tried side by side, and the first that finds a frame whose check holds stays; one that then finds
/// nothing but rubbish for long is given up again.
/// </summary>
internal sealed class PushLine
{
    /// <summary>More than the longest unfinished frame of any framing.</summary>
    private const int MostWaiting = 128 * 1024;

    /// <summary>Octets without a frame after which the framing is given up: more than the longest frame of any has.</summary>
    private const long MostRubbish = 20 * 1024;

    private readonly PushFraming _framing;
    private readonly PushFraming[] _candidates;
    private List<Track> _tracks = [];
    private long _fruitless, _framesAt;

    /// <param name="framing">Set, or to be found.</param>
    /// <param name="candidates">What it may be.</param>
    internal PushLine(PushFraming framing, params PushFraming[] candidates)
    {
        (_framing, _candidates) = (framing, candidates);
        Begin();
    }

    /// <summary>The framing; null until it is found.</summary>
    internal string? Framing => _tracks.Count == 1 ? _tracks[0].Cutter.Name : null;

    /// <summary>Octets of an unfinished frame are here.</summary>
    internal bool IsUnfinished => _tracks.Exists(track => track.Waiting.Length > 0);

    /// <summary>Rubbish that was passed over since the framing is known.</summary>
    internal long Skipped { get; private set; }

    /// <summary>Takes octets.</summary>
    internal void Take(in ReadOnlySequence<byte> octets, Queue<PushMessage> to)
    {
        var fresh = octets.ToArray();
        _fruitless += fresh.Length;
        foreach (var track in _tracks)
        {
            track.Take(fresh, to);
            if (track.Cutter.Frames > 0 && _tracks.Count > 1)
            {
                _tracks = [track];
                break;
            }
        }

        Judge();
    }

    /// <summary>Nothing came for long: what is unfinished will not be finished.</summary>
    internal void LineIdle(Queue<PushMessage> to)
    {
        foreach (var track in _tracks)
        {
            track.Cutter.LineIdle();
            track.Take([], to);
        }

        Judge();
    }

    private void Judge()
    {
        if (_tracks is not [{ Cutter: var only }])
        {
            return;
        }

        Skipped = only.Skipped;
        (_fruitless, _framesAt) = only.Frames != _framesAt ? (0, only.Frames) : (_fruitless, _framesAt);
        if (_framing == PushFraming.Found && _fruitless > MostRubbish)
        {
            Begin(); // another meter was plugged in
        }
    }

    private void Begin()
    {
        _tracks = [.. (_framing == PushFraming.Found ? _candidates : [_framing]).Select(framing => new Track(PushCutter.Of(framing)))];
        (_fruitless, _framesAt) = (0, 0);
    }

    /// <summary>One framing with the octets it has not taken yet.</summary>
    private sealed class Track(PushCutter cutter)
    {
        internal PushCutter Cutter => cutter;

        internal byte[] Waiting { get; private set; } = [];

        internal void Take(byte[] fresh, Queue<PushMessage> to)
        {
            var input = new ReadOnlySequence<byte>(Waiting.Length == 0 ? fresh : [.. Waiting, .. fresh]);
            cutter.Cut(ref input, to);
            Waiting = input.Length > MostWaiting ? [] : input.ToArray();
        }
    }
}
