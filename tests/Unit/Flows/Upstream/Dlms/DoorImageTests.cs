using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Store.Images;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Substation;
using Substation.Box;
using Unit.Flows.Orders;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Images that head-ends bring by image transfer: they lie in the store under their hash, and what was lost on the way is asked for again.</summary>
public class DoorImageTests
{
    private const int Success = 0, Denied = 3, WrongType = 12, Other = 250;
    private static readonly byte[] Image = [.. Enumerable.Range(0, 10_000).Select(i => (byte)((i * 7) ^ (i >> 8)))];
    private static readonly byte[] Name = [.. "meters/1.4.2"u8];

    [Requirement("F2")]
    [Fact]
    public async Task An_image_goes_on_after_a_power_cut_where_it_stood_and_lies_in_the_store_under_its_hash()
    {
        var (memory, counters, disk) = (new FreshMemory(), new MemoryCounters(), new CrashFiles(new Random(7)));
        await using (var bench = new NorthBench(memory: memory, counters: counters, images: Store(disk)))
        {
            var (headEnd, session) = await ConnectAsync(bench, 1);
            Assert.Equal("1600", await ReadAsync(headEnd, session, 6));
            Assert.Equal("0600000400", await ReadAsync(headEnd, session, 2));
            Assert.Equal(Success, await InitiateAsync(headEnd, session, Name, Image.Length));
            foreach (var block in new[] { 0, 1, 2, 5, 9 })
            {
                Assert.Equal(Success, await BlockAsync(headEnd, session, block));
            }
        }

        disk = disk.AfterPowerCut(new Random(8));
        var store = Store(disk);
        await using var again = new NorthBench(memory: memory, counters: counters, images: store);
        var (back, toBox) = await ConnectAsync(again, 10_000);
        Assert.Equal(("1601", "0600000003", "040AE440"), (await ReadAsync(back, toBox, 6), await ReadAsync(back, toBox, 4), await ReadAsync(back, toBox, 3)));
        Assert.Equal("0100", await ReadAsync(back, toBox, 7));
        var image = new FirmwareImage(Name, Image.Length, SHA256.HashData(Image));
        var transfer = new ImageTransfer(image, new ImageProgress(Name, SHA256.HashData(Image), IsInitiated: true, 0), activate: false);
        var sent = 0;
        for (var now = TimeSpan.Zero; transfer.Next(now) is { Move: ImageMove.Ask or ImageMove.Send or ImageMove.Wait } step; now += TimeSpan.FromSeconds(5))
        {
            if ((step.Move == ImageMove.Send ? transfer.Send(Image.AsSpan(step.Offset, step.Octets)) : step.Ask) is { } ask)
            {
                sent += ask is ActionProcedure ? 1 : 0;
                Assert.Null(await back.RunAsync(toBox, toBox.Start(ask)));
                transfer.Take(now);
            }
        }

        Assert.Null(transfer.Fault);
        Assert.Equal(6, sent); // the five blocks that were missing, and verify
        Assert.Equal("1603", await ReadAsync(back, toBox, 6));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Image));
        Assert.Equal($"01010203060000271009{Name.Length:X2}{Convert.ToHexString(Name)}0920{hash.ToUpperInvariant()}", await ReadAsync(back, toBox, 7));
        var octets = new byte[Image.Length];
        store.Open(hash)!.Read(0, octets);
        Assert.Equal(Image, octets);
        Assert.Contains(again.Told, one => one.What == DoorEventKind.ImageTransfer && one.Sentence.Contains(hash, StringComparison.Ordinal) && one.Subject == "meters/1.4.2");
        Assert.Equal(Other, await ActAsync(back, toBox, 4, new DataWriter().Int8(0)));
        Assert.Contains($"imageSha256 {hash}", again.Told[^1].Sentence, StringComparison.Ordinal);
        Assert.Equal(Success, await ActAsync(back, toBox, 3, new DataWriter().Int8(0))); // verified it stays
    }

    [Requirement("F2", "E6")]
    [Fact]
    public async Task An_order_over_the_same_door_names_the_image_and_its_octets_come_to_the_meter()
    {
        using var orders = new OrderBench();
        byte[]? brought = null;
        orders.Meter = (order, _) =>
        {
            brought = new byte[order.Image!.Length];
            order.Image.Read(0, brought);
            return Task.FromResult(new OrderStep(OrderState.Done, "the image is activated", null, default));
        };
        orders.Run();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door, images: orders.Store);
        var (headEnd, session) = await ConnectAsync(bench, 1);
        var args = $$"""{"identification":"0102","imageOctets":{{Image.Length}},"imageSha256":"{{Convert.ToHexStringLower(SHA256.HashData(Image))}}","legallyRelevant":false}""";
        var written = new DataWriter().Octets(Encoding.UTF8.GetBytes((new SignedOrder("f1", args) with { Verb = "firmware" }).By(orders.Key))).ToArray();
        Assert.Equal(Success, await headEnd.SetAsync(session, 1, "0-0:96.128.20*255", 2, written));
        Assert.Equal(Success, await InitiateAsync(headEnd, session, Name, Image.Length));
        for (var block = 0; block < 10; block++)
        {
            Assert.Equal(Success, await BlockAsync(headEnd, session, block));
        }

        Assert.Empty(orders.Reached);
        Assert.Equal(Success, await ActAsync(headEnd, session, 3, new DataWriter().Int8(0)));
        Assert.True(await Patience.UntilAsync(() => orders.Door.Find("f1")!.State == OrderState.Done), $"{orders.Door.Find("f1")}");
        Assert.Equal(Image, brought);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_words_and_changes_nothing()
    {
        await using var bench = new NorthBench(images: Store(new CrashFiles(new Random(1)), octetsOfOne: 20_000));
        var (headEnd, session) = await ConnectAsync(bench, 1);
        Assert.Equal(Other, await BlockAsync(headEnd, session, 0)); // nothing was begun
        Assert.Equal(Other, await ActAsync(headEnd, session, 3, new DataWriter().Int8(0)));
        Assert.Equal(Other, await InitiateAsync(headEnd, session, Name, 20_001));
        Assert.Contains("1 to 20000 octets", bench.Told[^1].Sentence, StringComparison.Ordinal);
        Assert.Equal(Other, await InitiateAsync(headEnd, session, [], 100));
        Assert.Equal(Other, await InitiateAsync(headEnd, session, new byte[65], 100));
        Assert.Equal(WrongType, await ActAsync(headEnd, session, 1, new DataWriter().Octets(Name)));
        Assert.Equal("1600", await ReadAsync(headEnd, session, 6));
        Assert.Equal(Success, await InitiateAsync(headEnd, session, Name, Image.Length));
        Assert.Equal(WrongType, await ActAsync(headEnd, session, 2, new DataWriter().Structure(2).UInt32(0).Octets(Image.AsSpan(0, 1000))));
        Assert.Equal(WrongType, await ActAsync(headEnd, session, 2, new DataWriter().Structure(2).UInt32(9).Octets(Image.AsSpan(0, 1024))));
        Assert.Equal(Other, await ActAsync(headEnd, session, 2, new DataWriter().Structure(2).UInt32(10).Octets(Image.AsSpan(0, 1024))));
        Assert.Equal(Other, await ActAsync(headEnd, session, 3, new DataWriter().Int8(0)));
        Assert.Contains("10000 of 10000 octets are missing", bench.Told[^1].Sentence, StringComparison.Ordinal);
        Assert.Equal(("1601", "0600000000"), (await ReadAsync(headEnd, session, 6), await ReadAsync(headEnd, session, 4)));
    }

    [Fact]
    public async Task An_image_for_the_box_itself_is_kept_and_not_activated()
    {
        var store = Store(new CrashFiles(new Random(1)));
        await using var bench = new NorthBench(images: store);
        var (headEnd, session) = await ConnectAsync(bench, 1);
        Assert.Equal(Success, await InitiateAsync(headEnd, session, [.. "BOX:2.0"u8], 100));
        Assert.Equal(Success, await ActAsync(headEnd, session, 2, new DataWriter().Structure(2).UInt32(0).Octets(Image.AsSpan(0, 100))));
        Assert.Equal(Success, await ActAsync(headEnd, session, 3, new DataWriter().Int8(0)));
        Assert.Equal(Other, await ActAsync(headEnd, session, 4, new DataWriter().Int8(0)));
        Assert.Contains("nothing that installs itself", bench.Told[^1].Sentence, StringComparison.Ordinal);
        Assert.Equal("1603", await ReadAsync(headEnd, session, 6));
        Assert.NotNull(store.Open(Convert.ToHexStringLower(SHA256.HashData(Image.AsSpan(0, 100)))));
    }

    [Fact]
    public async Task Another_image_takes_the_place_of_one_that_never_came_whole_and_one_the_store_let_go_is_begun_anew()
    {
        var store = Store(new CrashFiles(new Random(1)));
        await using var bench = new NorthBench(images: store);
        var (headEnd, session) = await ConnectAsync(bench, 1);
        Assert.Equal(Success, await InitiateAsync(headEnd, session, Name, Image.Length));
        Assert.Equal(Success, await InitiateAsync(headEnd, session, [.. "other"u8], Image.Length));
        Assert.Single(store.List());
        Assert.True(store.Drop(store.List()[0].Name));
        Assert.Equal(("1600", Other), (await ReadAsync(headEnd, session, 6), await BlockAsync(headEnd, session, 0)));
        Assert.Equal(Success, await InitiateAsync(headEnd, session, [.. "other"u8], Image.Length));
        Assert.Equal(Success, await BlockAsync(headEnd, session, 0));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_as_a_failure_that_passes()
    {
        var disk = new CrashFiles(new Random(1));
        await using var bench = new NorthBench(images: Store(disk));
        var (headEnd, session) = await ConnectAsync(bench, 1);
        Assert.Equal(Success, await InitiateAsync(headEnd, session, Name, Image.Length));
        disk.Broken = true;
        Assert.Equal(2, await BlockAsync(headEnd, session, 0));
        disk.Broken = false;
        Assert.Equal("0600000000", await ReadAsync(headEnd, session, 4));
        Assert.Equal(Success, await BlockAsync(headEnd, session, 0));
        Assert.Equal("0600000001", await ReadAsync(headEnd, session, 4));
    }

    [Requirement("P5, P6")]
    [Fact]
    public async Task Who_proved_itself_by_a_password_alone_brings_no_image()
    {
        await using var bench = new NorthBench(options => options with { Mechanism = 1 }) { Password = [.. "sesame"u8] };
        var (headEnd, session) = (bench.Connect(), new ClientSession(new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Low }, null, "sesame"u8.ToArray()));
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Equal("0300", await ReadAsync(headEnd, session, 5));
        Assert.Equal(Denied, await InitiateAsync(headEnd, session, Name, Image.Length));
        Assert.Equal("1600", await ReadAsync(headEnd, session, 6));
    }

    private static ImageStore Store(CrashFiles disk, int octetsOfOne = 1 << 20) => new(disk, new ImageLimits { OctetsOfOne = octetsOfOne }, _ => false, NullLogger.Instance);

    private static async Task<(HeadEnd, ClientSession)> ConnectAsync(NorthBench bench, uint first)
    {
        var (headEnd, session) = (bench.Connect(), bench.Session(first));
        Assert.Null(await headEnd.AssociateAsync(session));
        return (headEnd, session);
    }

    private static async Task<string> ReadAsync(HeadEnd headEnd, ClientSession session, sbyte attribute)
    {
        var got = await headEnd.GetAsync(session, 18, "0-0:44.0.0*255", attribute);
        Assert.Null(got.Error);
        return Convert.ToHexString(got.Data.Span);
    }

    private static Task<int> InitiateAsync(HeadEnd headEnd, ClientSession session, byte[] name, int octets) => ActAsync(headEnd, session, 1, new DataWriter().Structure(2).Octets(name).UInt32((uint)octets));

    private static Task<int> BlockAsync(HeadEnd headEnd, ClientSession session, int block) =>
        ActAsync(headEnd, session, 2, new DataWriter().Structure(2).UInt32((uint)block).Octets(Image.AsSpan(block * 1024, Math.Min(1024, Image.Length - (block * 1024)))));

    private static async Task<int> ActAsync(HeadEnd headEnd, ClientSession session, sbyte method, DataWriter parameter)
    {
        var action = new ActionProcedure(ImageTransfer.Attribute(method), parameter.ToArray());
        Assert.Null(await headEnd.RunAsync(session, session.Start(action)));
        return action.Result.Result;
    }
}
