using System.Globalization;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Street;

/// <summary>Meters that wait for the same image under the same key, and how far it was told to them.</summary>
internal sealed class ImageGroup(string name, VoiceKey key, FirmwareImage image, IImageSource octets, uint blockSize, long began)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<uint, int> _missed = [];
    private readonly Lock _lock = new();
    private int _of, _told;
    private volatile bool _isTold;

    internal string Name => name;

    internal VoiceKey Key => key;

    internal uint BlockSize => blockSize;

    /// <summary>When the first came.</summary>
    internal long Began => began;

    /// <summary>When the last came.</summary>
    internal long LastJoined { get; private set; }

    internal int Members { get; private set; }

    /// <summary>Completes when everything was told, or nothing will be.</summary>
    internal Task Done => _done.Task;

    /// <summary>Something was told: the bitmaps of the members are worth a look.</summary>
    internal bool WasTold => _isTold;

    /// <summary>For people.</summary>
    internal string Words
    {
        get
        {
            lock (_lock)
            {
                return _of == 0 ? string.Create(CultureInfo.InvariantCulture, $"waiting to hear the image with {Members - 1} others")
                    : string.Create(CultureInfo.InvariantCulture, $"the image is told to {Members} meters at once, block {_told}/{_of}");
            }
        }
    }

    internal void Add(IReadOnlyCollection<uint> missing, long now)
    {
        lock (_lock)
        {
            (Members, LastJoined) = (Members + 1, now);
            foreach (var block in missing)
            {
                _missed[block] = _missed.GetValueOrDefault(block) + 1;
            }
        }
    }

    /// <summary>The blocks that are worth telling to all, in their order.</summary>
    internal IReadOnlyList<uint> Begin()
    {
        lock (_lock)
        {
            uint[] blocks = [.. _missed.Where(entry => entry.Value > 1).Select(entry => entry.Key).Order()];
            _of = blocks.Length;
            return blocks;
        }
    }

    internal void Tell(int told)
    {
        lock (_lock)
        {
            (_told, _isTold) = (told, true);
        }
    }

    /// <summary>Reads a block of the image into a buffer; gives it.</summary>
    /// <exception cref="IOException">The image cannot be read.</exception>
    internal ReadOnlyMemory<byte> Read(uint number, Memory<byte> block)
    {
        var (offset, length) = image.PlaceOf(number, blockSize);
        octets.Read(offset, block.Span[..length]);
        return block[..length];
    }

    internal void End() => _done.TrySetResult();
}
