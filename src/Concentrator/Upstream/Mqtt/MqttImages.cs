using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Concentrator.Ports;
using Metering;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Images of one head-end: parts that come over <c>image/{sha256}/{offset}</c> go to the disk, and what is missing of an ordered image is told over <c>image/{sha256}/status</c>.</summary>
internal sealed class MqttImages(MqttUpstreamOptions options, IImageDoor door, ITimeSource time, TimeProvider clock, ILogger log)
{
    /// <summary>No longer part is taken.</summary>
    internal const int MostOctets = 256 * 1024;

    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(2), DroppedEvery = TimeSpan.FromMinutes(1), AfterFault = TimeSpan.FromSeconds(30), Again = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _isFaulty;
    private long _dropped, _toldAt;

    /// <summary>What is subscribed to.</summary>
    internal string Filter => options.TopicBase + "/image/+/+";

    /// <summary>The topic is one of images: a part, or what the box itself tells.</summary>
    internal bool IsOf(string topic) => topic.StartsWith(options.TopicBase + "/image/", StringComparison.Ordinal);

    /// <summary>Takes a part; it is on the disk when this returns, and only then is the broker told that it came.</summary>
    internal void Take(MqttReceived came)
    {
        if (came.Topic.EndsWith("/status", StringComparison.Ordinal))
        {
            return; // our own
        }

        var (sha256, offset) = NameOf(came.Topic);
        var isPart = offset >= 0 && !came.IsRetained && came.Payload.Length <= MostOctets;
        try
        {
            var part = door.Take(isPart ? sha256 : "", offset, came.Payload.IsSingleSegment ? came.Payload.FirstSpan : came.Payload.ToArray());
            if (part is not ImagePart.Taken)
            {
                Dropped(came.Topic, !isPart ? $"a part is not retained, has at most {MostOctets} octets, and its topic ends in SHA-256 and offset" : WhyOf(part));
            }
        }
        catch (IOException e)
        {
            log.NotWrittenDown(options.Name, came.Topic, e.Message);
            _isFaulty = true;
            _news.Writer.TryWrite(true);
            throw; // it is not acknowledged
        }
    }

    /// <summary>Tells what is missing until stopped.</summary>
    internal Task RunAsync(MqttSession session, CancellationToken stop) => RunAsync((topic, payload, ending) => session.PublishAsync(topic, payload, retain: false, ending), stop);

    /// <summary>Tells what is missing until stopped, by whatever publishes and returns when the broker has it.</summary>
    /// <exception cref="IOException">The disk did not take a part: a broker gives what was not acknowledged again to a new connection only.</exception>
    internal async Task RunAsync(Func<string, ReadOnlyMemory<byte>, CancellationToken, Task> publish, CancellationToken stop)
    {
        void Note(string sha256)
        {
            _changed[sha256] = true;
            _news.Writer.TryWrite(true);
        }

        door.Changed += Note;
        try
        {
            _isFaulty = false;
            foreach (var image in door.List().Where(image => image.Orders.Count > 0))
            {
                Note(image.Sha256);
            }

            while (true)
            {
                await _news.Reader.ReadAsync(stop).ConfigureAwait(false);
                if (_isFaulty)
                {
                    await Task.Delay(AfterFault, clock, stop).ConfigureAwait(false);
                    throw new IOException("the disk did not take parts of images: the broker gives them again to a new connection");
                }

                await TellAsync(publish, stop).ConfigureAwait(false);
                await Task.Delay(StatusEvery, clock, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            door.Changed -= Note;
        }
    }

    /// <summary>A broker that refuses the topic is no reason to end the session.</summary>
    private async Task TellAsync(Func<string, ReadOnlyMemory<byte>, CancellationToken, Task> publish, CancellationToken stop)
    {
        foreach (var sha256 in _changed.Keys)
        {
            _changed.TryRemove(sha256, out _);
            try
            {
                if (door.Find(sha256) is { Orders.Count: > 0 } stand)
                {
                    await publish($"{options.TopicBase}/image/{sha256}/status", JsonSerializer.SerializeToUtf8Bytes(ImageStatusMessage.Of(stand, time.Now.Utc), ImageJson.Default.ImageStatusMessage), stop).ConfigureAwait(false);
                }
            }
            catch (IOException e)
            {
                log.ImageNotTold(options.Name, sha256, e.Message);
                await Task.Delay(Again, clock, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says so once a minute: whoever sends nonsense must not fill the journal.</summary>
    private void Dropped(string topic, string why)
    {
        var dropped = ++_dropped;
        if (dropped == 1 || clock.GetElapsedTime(_toldAt) >= DroppedEvery)
        {
            _toldAt = clock.GetTimestamp();
            log.ImagePartDropped(options.Name, topic, why, dropped);
        }
    }

    private (string Sha256, long Offset) NameOf(string topic) =>
        topic[(options.TopicBase.Length + 7)..].Split('/') is [{ Length: 64 } sha256, var offset] && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? (sha256, at) : ("", -1);

    private static string WhyOf(ImagePart part) => part switch
    {
        ImagePart.NotOrdered => "no open order names its image",
        ImagePart.Outside => "it goes beyond the end of the image, or is empty",
        ImagePart.TooManyParts => "the image came in too many small parts: send parts of 64 KiB",
        ImagePart.WrongHash => "with it the octets were all there, and had another hash: all of them are to be sent again",
        _ => "there is no room for its image",
    };
}
