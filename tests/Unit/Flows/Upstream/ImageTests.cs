using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Upstream.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using Unit.Flows.Orders;

namespace Unit.Flows.Upstream;

/// <summary>Parts of images over MQTT, and what the head-end is told of them.</summary>
public sealed class ImageTests : IDisposable
{
    private const string Base = "dc/v1/dc-0001";
    private static readonly byte[] Image = Enumerable.Range(0, 3000).Select(i => (byte)(i * 31)).ToArray();
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Image));
    private readonly OrderBench _bench = new();
    private readonly ConcurrentQueue<(string Topic, JsonNode Message)> _told = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly MqttImages _images;

    public ImageTests() => _images = new MqttImages(
        new MqttUpstreamOptions("main", new Uri("mqtt://broker"), false, null, null, null, null, null, Base, "dc-0001"), _bench.Images, new FakeTime(_bench.Clock), _bench.Clock, NullLogger.Instance);

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task What_is_missing_is_told_at_the_order_while_parts_come_and_when_all_are_here()
    {
        var running = RunAsync();
        await OrderAsync();
        await ToldAsync("0 waiting 0+3000");
        Take(Hash, "1000", Image[1000..2000]);
        await ToldAsync("1000 waiting 0+1000 2000+1000");
        Take(Hash, "0", Image[..1000]);
        Take(Hash, "2000", Image[2000..]);
        await ToldAsync("3000 complete");
        Assert.All(_told, one => Assert.Equal($"{Base}/image/{Hash}/status", one.Topic));
        Assert.All(_told, one => Assert.Empty(MessageSchemas.Faults(one.Topic, one.Message.ToJsonString())));
        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task A_new_connection_is_told_of_every_image_that_orders_wait_for()
    {
        await OrderAsync();
        Take(Hash, "0", Image[..1]);
        _ = RunAsync();
        await ToldAsync("1 waiting 1+2999");
    }

    [Fact]
    public async Task Many_gaps_are_told_as_the_first_of_them_and_their_number()
    {
        await OrderAsync();
        for (var at = 1; at < 2000; at += 20)
        {
            Take(Hash, $"{at}", Image[at..(at + 1)]);
        }

        _ = RunAsync();
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => !_told.IsEmpty, TimeSpan.FromSeconds(1)));
        var (topic, message) = _told.Last();
        // Of an image so small 69 parts can be noted.
        Assert.Equal((70, 64), (message["gaps"]!.GetValue<int>(), message["missing"]!.AsArray().Count));
        Assert.Empty(MessageSchemas.Faults(topic, message.ToJsonString()));
    }

    [Fact]
    public async Task What_is_no_part_is_dropped_and_counted_and_what_the_box_itself_tells_is_not()
    {
        await OrderAsync();
        Take(Hash, "0", Image[..10], isRetained: true);
        Take(Hash, "-1", Image[..10]);
        Take(Hash, "0x10", Image[..10]);
        Take(Hash.ToUpperInvariant(), "0", Image[..10]);
        Take(Hash[1..], "0", Image[..10]);
        Take(Hash, "99999999999999999999", Image[..10]);
        Take(Hash, "0", new byte[MqttImages.MostOctets + 1]);
        Assert.Equal((0L, 7L), _bench.Images.Parts);
        Take(Hash, "status", Encoding.UTF8.GetBytes("{}"));
        Assert.Equal((0L, 7L), _bench.Images.Parts);
        Assert.Equal(0, _bench.Images.Find(Hash)!.Received);
    }

    [Requirement("P4")]
    [Fact]
    public async Task A_part_that_the_disk_does_not_take_is_not_acknowledged_and_the_connection_made_anew()
    {
        await OrderAsync();
        var running = RunAsync();
        _bench.Disk.Broken = true;
        Assert.Throws<IOException>(() => Take(Hash, "0", Image));
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<IOException>(() => running);
        _bench.Disk.Broken = false;
        Take(Hash, "0", Image);
        Assert.True(_bench.Images.Find(Hash)!.IsComplete);
    }

    [Fact]
    public async Task A_broker_that_refuses_the_topic_does_not_end_the_connection()
    {
        await OrderAsync();
        var refusals = 0;
        var running = _images.RunAsync(
            (topic, payload, _) =>
            {
                if (refusals++ == 0)
                {
                    throw new IOException("not authorised");
                }

                return TellAsync(topic, payload);
            }, _stop.Token);
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => refusals == 1, TimeSpan.FromSeconds(1)));
        Take(Hash, "0", Image[..5]);
        await ToldAsync("5 waiting 5+2995");
        Assert.False(running.IsCompleted);
    }

    private Task RunAsync() => _images.RunAsync((topic, payload, _) => TellAsync(topic, payload), _stop.Token);

    private Task TellAsync(string topic, ReadOnlyMemory<byte> payload)
    {
        _told.Enqueue((topic, JsonNode.Parse(payload.Span)!));
        return Task.CompletedTask;
    }

    private async Task ToldAsync(string wanted)
    {
        string Last() => _told.IsEmpty ? "" : TextOf(_told.Last().Message);
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => Last() == wanted, TimeSpan.FromSeconds(1)), $"\"{wanted}\" is to be told, and \"{Last()}\" is");
    }

    private static string TextOf(JsonNode message) =>
        string.Join(' ', [message["received"]!.ToString(), message["state"]!.ToString(), .. message["missing"]!.AsArray().Select(gap => $"{gap!["from"]}+{gap["octets"]}")]);

    private void Take(string sha256, string offset, byte[] octets, bool isRetained = false) =>
        _images.Take(new MqttReceived($"{Base}/image/{sha256}/{offset}", new ReadOnlySequence<byte>(octets), isRetained, null, default));

    private async Task OrderAsync() => Assert.Equal(
        Metering.Orders.OrderState.Accepted,
        (await _bench.GiveAsync("firmware", new SignedOrder("o1", $"{{\"identification\":\"01\",\"imageOctets\":{Image.Length},\"imageSha256\":\"{Hash}\",\"legallyRelevant\":false}}").By(_bench.Key))).State);
}
