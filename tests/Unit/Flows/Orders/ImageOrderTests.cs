using System.Security.Cryptography;
using Concentrator.Ports;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;

namespace Unit.Flows.Orders;

/// <summary>Orders that name their image: they wait for it, whatever happens to the box, and its octets come from whoever may bring them and from nobody else.</summary>
public sealed class ImageOrderTests : IDisposable
{
    private const string Meter = "LGZ1030655933512";
    private static readonly byte[] Image = ImageOf(300_000);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Image));
    private readonly OrderBench _bench = new(new AuthorityPolicy { SuppliesAnHour = 5 });

    public void Dispose() => _bench.Dispose();

    [Requirement("F2", "P4")]
    [Fact]
    public async Task An_order_waits_for_its_image_through_a_kill_and_takes_it_in_any_order_of_parts()
    {
        _bench.Run();
        byte[]? brought = null;
        _bench.Meter = (order, _) =>
        {
            var firmware = FirmwareOrder.Parse(order.Payload);
            Assert.Equal((0, Hash, Image.Length), (firmware.Image.Length, Convert.ToHexStringLower(firmware.ImageHash.Span), firmware.ImageOctets));
            brought = new byte[order.Image!.Length];
            order.Image.Read(0, brought);
            return Task.FromResult(new OrderStep(OrderState.Done, "the image is activated", null, default));
        };
        Assert.Equal(OrderState.Accepted, (await GiveAsync("o1")).State);
        await SaysAsync("o1", $"waits for its image: 0 of {Image.Length} octets are here");
        Assert.Equal(ImagePart.Taken, Bring(100_000, 50_000));
        Assert.Equal(ImagePart.Taken, Bring(100_000, 60_000));
        await SaysAsync("o1", $"waits for its image: 60000 of {Image.Length} octets are here");
        await _bench.KillAsync();
        _bench.Run();
        Assert.Equal([new OctetRange(0, 100_000), new OctetRange(160_000, 140_000)], _bench.Images.Find(Hash)!.Missing);
        Assert.Equal(ImagePart.Taken, Bring(160_000, 140_000));
        Assert.Empty(_bench.Reached);
        Assert.Equal(ImagePart.Taken, Bring(0, 100_000));
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal(Image, brought);
        Assert.Equal([OrderState.Accepted, OrderState.Accepted, OrderState.Accepted, OrderState.Running, OrderState.Done], _bench.News.Where(news => news.Meter.IsNone).Select(news => news.State).Where((_, i) => i < 5));
        Assert.Equal(ImagePart.NotOrdered, Bring(0, 10)); // nobody wants it any more
    }

    [Fact]
    public async Task An_image_that_never_comes_whole_is_told_as_what_it_is_when_the_order_is_over()
    {
        _bench.Run();
        await GiveAsync("o1");
        Bring(0, 7);
        var order = await _bench.UntilAsync("o1", OrderState.Expired);
        Assert.Equal(("image-missing", $"its time is over; last: waits for its image: 7 of {Image.Length} octets are here"), (order.Code, order.Sentence));
        Assert.Equal("image-missing", _bench.News.Last(news => !news.Meter.IsNone).Code);
        Assert.Empty(_bench.Reached);
    }

    [Fact]
    public async Task Octets_with_another_hash_are_dropped_and_told_and_the_right_ones_taken_after_them()
    {
        _bench.Run();
        await GiveAsync("o1");
        Assert.Equal(ImagePart.WrongHash, _bench.Images.Take(Hash, 0, new byte[Image.Length]));
        await SaysAsync("o1", $"waits for its image: 0 of {Image.Length} octets are here; what came before had another hash (1 times)");
        Assert.Equal((1, 0, (0L, 1L)), (_bench.Images.Find(Hash)!.WrongHashes, _bench.Images.Find(Hash)!.Received, _bench.Images.Parts));
        Assert.Equal(ImagePart.Taken, Bring(0, Image.Length));
        await _bench.UntilAsync("o1", OrderState.Done);
    }

    [Fact]
    public async Task An_order_whose_image_was_always_wrong_is_over_with_that_word()
    {
        _bench.Run();
        await GiveAsync("o1");
        _bench.Images.Take(Hash, 0, new byte[Image.Length]);
        Assert.Equal("image-wrong", (await _bench.UntilAsync("o1", OrderState.Expired)).Code);
    }

    [Fact]
    public async Task Parts_that_nobody_ordered_are_dropped_and_counted()
    {
        Assert.Equal(ImagePart.NotOrdered, Bring(0, 10));
        await GiveAsync("o1");
        Assert.Equal(ImagePart.NotOrdered, _bench.Images.Take(new string('0', 64), 0, Image));
        Assert.Equal(ImagePart.Outside, Bring(Image.Length, 0));
        Assert.Equal(ImagePart.Outside, _bench.Images.Take(Hash, Image.Length - 1, new byte[2]));
        Assert.Equal((0L, 4L), _bench.Images.Parts);
        Assert.Equal(0, _bench.Store.List().Sum(view => view.Received));
    }

    [Fact]
    public async Task An_order_that_waits_for_its_image_can_be_cancelled()
    {
        _bench.Run();
        await GiveAsync("o1");
        await SaysAsync("o1", $"waits for its image: 0 of {Image.Length} octets are here");
        await _bench.GiveAsync("cancel", new SignedOrder("o2", """{"orderId":"o1"}""", []).By(_bench.Key));
        await _bench.UntilAsync("o1", OrderState.Cancelled);
        Assert.Equal(ImagePart.NotOrdered, Bring(0, 10));
    }

    [Fact]
    public async Task An_image_comes_while_the_order_waits_for_a_second_one()
    {
        _bench.Run();
        await _bench.GiveAsync("firmware", new SignedOrder("o1", Args(relevant: true)).By(_bench.Key));
        Assert.Equal(ImagePart.Taken, Bring(0, Image.Length));
        Assert.True(_bench.Images.Find(Hash)!.IsComplete);
        Assert.Equal(OrderState.Accepted, (await _bench.SubmitAsync("sue", "approve", """{"args":{"orderId":"o1"}}""")).State);
        await _bench.UntilAsync("o1", OrderState.Done);
    }

    [Theory]
    [InlineData("\"imageSha256\":\"{0}\"", "imageOctets wants a whole number")]
    [InlineData("\"imageOctets\":5", "imageSha256 wants octets in hex")]
    [InlineData("\"imageOctets\":5,\"imageSha256\":\"00\"", "imageSha256 wants the SHA-256 of the image, 32 octets in hex")]
    [InlineData("\"image\":\"AAAA\",\"imageOctets\":5,\"imageSha256\":\"{0}\"", "firmware wants either image, in base64, or imageSha256 and imageOctets")]
    [InlineData("\"legal\":1", "firmware wants either image, in base64, or imageSha256 and imageOctets")]
    [InlineData("\"imageOctets\":0,\"imageSha256\":\"{0}\"", "imageOctets wants a whole number")]
    [InlineData("\"imageOctets\":1048577,\"imageSha256\":\"{0}\"", "imageOctets wants at most 1048576")]
    public async Task What_names_no_image_or_two_is_refused(string image, string sentence)
    {
        var receipt = await _bench.GiveAsync("firmware", new SignedOrder("o1", $"{{\"identification\":\"01\",{image.Replace("{0}", Hash, StringComparison.Ordinal)},\"legallyRelevant\":false}}").By(_bench.Key));
        Assert.Equal((OrderState.Refused, "arguments"), (receipt.State, receipt.Code));
        Assert.Contains(sentence, receipt.Sentence, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List());
    }

    [Fact]
    public async Task A_second_order_for_the_same_image_says_the_same_length_or_is_refused()
    {
        await GiveAsync("o1");
        var other = await _bench.GiveAsync("firmware", new SignedOrder("o2", Args(octets: Image.Length - 1)) { Issued = OrderBench.Start.AddSeconds(1) }.By(_bench.Key));
        Assert.Equal(("arguments", $"the image of this hash has {Image.Length} octets by order o1, not {Image.Length - 1}"), (other.Code, other.Sentence));
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("firmware", new SignedOrder("o3", Args()) { Issued = OrderBench.Start.AddSeconds(2) }.By(_bench.Key))).State);
        Assert.Equal(["o1", "o3"], _bench.Images.Find(Hash)!.Orders.Order());
    }

    [Fact]
    public async Task A_box_without_room_for_an_image_refuses_its_order_and_keeps_those_that_orders_wait_for()
    {
        var (one, two) = (ImageOf(1024 * 1024), ImageOf(600 * 1024));
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("firmware", new SignedOrder("o1", Args(one)).By(_bench.Key))).State);
        var receipt = await _bench.GiveAsync("firmware", new SignedOrder("o2", Args(two), ["LGZ1030655933513"]).By(_bench.Key));
        Assert.Equal((OrderState.Refused, "busy"), (receipt.State, receipt.Code));
        Assert.StartsWith("there is no room for an image", receipt.Sentence, StringComparison.Ordinal);
        _bench.Run();
        await _bench.UntilAsync("o1", OrderState.Expired);
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("firmware", new SignedOrder("o3", Args(two), ["LGZ1030655933513"]) { Issued = _bench.Clock.GetUtcNow(), Expires = _bench.Clock.GetUtcNow().AddHours(1) }.By(_bench.Key))).State);
    }

    [Fact]
    public async Task Who_may_order_firmware_brings_and_drops_images_others_do_not_and_both_are_audited()
    {
        using var octets = new MemoryStream(Image);
        var denied = await _bench.Images.PutAsync("bob", Hash, Image.Length, octets, CancellationToken.None);
        Assert.Equal((403, "bob may not bring or drop images: it takes the role security-officer"), (denied.Code, denied.Refusal));
        Assert.Equal(403, (await _bench.Images.DropAsync("bob", Hash, CancellationToken.None)).Code);
        var brought = await _bench.Images.PutAsync("sue", Hash, Image.Length, octets, CancellationToken.None);
        Assert.True(brought.Image!.IsComplete);
        _bench.Run();
        await GiveAsync("o1");
        Assert.Equal(409, (await _bench.Images.DropAsync("sue", Hash, CancellationToken.None)).Code);
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal(200, (await _bench.Images.DropAsync("sue", Hash, CancellationToken.None)).Code);
        Assert.Equal(404, (await _bench.Images.DropAsync("sue", Hash, CancellationToken.None)).Code);
        var audit = _bench.Ledger.Records.Where(record => record.Type == RecordType.Audit).Select(record => Concentrator.Store.Books.AuditRecord.Parse(record.Payload)).ToList();
        Assert.Equal(
            ["bob image put refused", "bob image drop refused", "sue image put", "sue image drop"], audit.Where(line => line.Subject == Hash).Select(line => $"{line.Who} {line.What}"));
    }

    [Fact]
    public async Task A_file_that_ends_early_or_is_another_one_is_refused_by_a_sentence()
    {
        using var half = new MemoryStream(Image[..1000]);
        var early = await _bench.Images.PutAsync("sue", Hash, Image.Length, half, CancellationToken.None);
        Assert.Equal((400, $"it ended after 1000 of {Image.Length} octets: what came stays"), (early.Code, early.Refusal));
        using var whole = new MemoryStream(new byte[Image.Length]);
        var wrong = await _bench.Images.PutAsync("sue", Hash, Image.Length, whole, CancellationToken.None);
        Assert.Equal((400, $"what came has another SHA-256 than {Hash}: nothing of it is kept"), (wrong.Code, wrong.Refusal));
        Assert.Null(_bench.Images.Find(Hash));
    }

    [Fact]
    public async Task A_disk_that_takes_no_part_keeps_the_order_waiting_and_refuses_new_ones()
    {
        _bench.Run();
        await GiveAsync("o1");
        Bring(0, 100);
        _bench.Disk.Broken = true;
        Assert.Throws<IOException>(() => Bring(100, 100));
        var other = await _bench.GiveAsync("firmware", new SignedOrder("o2", Args(ImageOf(1000)), ["LGZ1030655933513"]).By(_bench.Key));
        Assert.Equal((OrderState.Refused, "busy"), (other.State, other.Code));
        _bench.Disk.Broken = false;
        Assert.Equal(100, _bench.Images.Find(Hash)!.Received);
        Assert.Equal(ImagePart.Taken, Bring(100, Image.Length - 100));
        await _bench.UntilAsync("o1", OrderState.Done);
    }

    private ImagePart Bring(int from, int octets) => _bench.Images.Take(Hash, from, Image.AsSpan(Math.Min(from, Image.Length), octets));

    private Task<OrderReceipt> GiveAsync(string id) => _bench.GiveAsync("firmware", new SignedOrder(id, Args()).By(_bench.Key));

    private async Task SaysAsync(string id, string sentence) =>
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => _bench.Door.Find(id)?.Sentence == sentence, TimeSpan.FromSeconds(1)), $"{id} is to say \"{sentence}\": {_bench.Door.Find(id)?.Sentence}");

    private static string Args(byte[]? image = null, int? octets = null, bool relevant = false) =>
        $"{{\"identification\":\"01\",\"imageOctets\":{octets ?? (image ?? Image).Length},\"imageSha256\":\"{Convert.ToHexStringLower(SHA256.HashData(image ?? Image))}\",\"legallyRelevant\":{(relevant ? "true" : "false")}}}";

    private static byte[] ImageOf(int octets)
    {
        var image = new byte[octets];
        new Random(octets).NextBytes(image);
        return image;
    }
}
