using System.Threading.Channels;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Street;

/// <summary>
/// Brings image blocks to all meters of a street that wait for the same image at once: each is looked at, and its transfer begun, alone; then those that wait gather, the blocks that more than one
/// of them misses are told to all, and each goes on alone with what its bitmap says it has not heard.
/// </summary>
internal sealed class ImageCast(StreetVoice voice, TimeSpan pause, TimeProvider clock)
{
    /// <summary>Fewer missing blocks are sent to a meter alone.</summary>
    internal const int LeastBlocks = 16;

    /// <summary>Meters that are spoken with alone at once: an image has hours, and others wait for the medium.</summary>
    private const int MostAlone = 4;

    private const int MostFailures = 5;

    /// <summary>Who comes within this time after the last goes with it; nobody waits longer than the longest.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMinutes(2), Longest = TimeSpan.FromHours(1), AfterFailure = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Channel<ImageGroup> _groups = Channel.CreateUnbounded<ImageGroup>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, ImageGroup> _open = [];
    private int _alone, _coming;
    private long _told;

    /// <summary>Blocks that were told to all.</summary>
    internal long Told => Interlocked.Read(ref _told);

    /// <summary>Takes one of the places of those that are spoken with alone; false where all are taken.</summary>
    internal bool TryBegin()
    {
        lock (_lock)
        {
            return _alone < MostAlone && ++_alone > 0;
        }
    }

    /// <summary>Gives it back.</summary>
    internal void End()
    {
        lock (_lock)
        {
            _alone--;
        }
    }

    /// <summary>A meter is on its way to where blocks are sent: those that are there wait for it.</summary>
    internal void Announce(int by)
    {
        lock (_lock)
        {
            _coming += by;
        }
    }

    /// <summary>Waits with others for blocks; null where the meter, or blocks of this size, cannot be told anything.</summary>
    internal ImageGroup? Join(MeterId meter, int client, int owner, byte suite, FirmwareImage image, IImageSource octets, uint blockSize, IReadOnlyCollection<uint> missing)
    {
        if (client <= 0 || !voice.Carries(blockSize) || voice.KeyOf(meter.Text, client, owner, suite) is not { } key)
        {
            return null;
        }

        lock (_lock)
        {
            var name = $"{key.Name}/{Convert.ToHexString(image.Hash.Span)}/{Convert.ToHexString(image.Identification.Span)}/{blockSize}";
            if (!_open.TryGetValue(name, out var group))
            {
                _open[name] = group = new ImageGroup(name, key, image, octets, blockSize, clock.GetTimestamp());
                _groups.Writer.TryWrite(group);
            }

            group.Add(missing, clock.GetTimestamp());
            return group;
        }
    }

    /// <summary>Tells what groups wait for, one group after another, until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var group in _groups.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await GatherAsync(group, stop).ConfigureAwait(false);
                    if (group.Members > 1)
                    {
                        await TellAsync(group, stop).ConfigureAwait(false);
                    }
                }
                finally
                {
                    Close(group);
                }
            }
        }
        finally
        {
            while (_groups.Reader.TryRead(out var left))
            {
                Close(left);
            }
        }
    }

    private async ValueTask GatherAsync(ImageGroup group, CancellationToken stop)
    {
        while (true)
        {
            TimeSpan still;
            lock (_lock)
            {
                var (quiet, waited) = (clock.GetElapsedTime(group.LastJoined), clock.GetElapsedTime(group.Began));
                still = _coming > 0 ? Longest - waited : Gather - quiet;
                still = still < Longest - waited ? still : Longest - waited;
            }

            if (still <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(WholeMilliseconds.Of(still < Gather / 8 ? still : Gather / 8), clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the blocks that more than one member misses. Who joins meanwhile hears the rest.</summary>
    private async ValueTask TellAsync(ImageGroup group, CancellationToken stop)
    {
        var (blocks, failures, block) = (group.Begin(), 0, new byte[group.BlockSize]);
        for (var at = 0; at < blocks.Count;)
        {
            try
            {
                await voice.TellBlockAsync(group.Key, blocks[at], group.Read(blocks[at], block), stop).ConfigureAwait(false);
                Interlocked.Increment(ref _told);
                group.Tell(++at);
                failures = 0;
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                if (++failures > MostFailures)
                {
                    return; // each goes on alone, as well as it can
                }

                await Task.Delay(AfterFailure, clock, stop).ConfigureAwait(false);
                continue;
            }

            await Task.Delay(pause, clock, stop).ConfigureAwait(false); // switches repeat it, each in its turn
        }
    }

    private void Close(ImageGroup group)
    {
        lock (_lock)
        {
            _open.Remove(group.Name);
        }

        group.End();
    }
}
