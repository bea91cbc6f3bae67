using System.Security.Cryptography;
using Concentrator.Ports;
using Concentrator.Store.Files;
using Concentrator.Store.Images;
using Metering;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms;

/// <summary>An image of 2 MiB goes from the disk of the box to a meter, block by block.</summary>
public sealed class LargeImageTests : IDisposable
{
    private const int Octets = (2 * 1024 * 1024) + 77, Block = 1024, Part = 64 * 1024;
    private readonly string _folder = Directory.CreateTempSubdirectory("images").FullName;
    private readonly byte[] _image = new byte[Octets];
    private readonly string _name;

    public LargeImageTests()
    {
        new Random(20261126).NextBytes(_image);
        _name = Convert.ToHexStringLower(SHA256.HashData(_image));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Requirement("F2", "P4")]
    [Fact]
    public async Task An_image_of_2_MiB_comes_in_parts_out_of_order_with_a_kill_between_and_is_at_the_meter_octet_by_octet()
    {
        var parts = Enumerable.Range(0, (Octets + Part - 1) / Part).Select(part => part * Part).ToArray();
        new Random(20261127).Shuffle(parts);
        using (var before = Store())
        {
            before.Expect(_name, Octets);
            Bring(before, parts[..20]);
        } // nothing is closed in an order: every part is on the disk when it was taken

        using var store = Store();
        Assert.Equal(Octets - parts[..20].Sum(LengthOf), store.Find(_name)!.Octets - store.Find(_name)!.Received);
        Bring(store, parts[15..]);
        var source = new WatchedImage(store.Open(_name)!);
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        var order = Order(bench, source);
        Assert.InRange(order.Payload.Length, 1, 100); // the order names the image, and has none of it
        var steps = await bench.StepsAsync(order);
        Assert.True(steps[^1].State == OrderState.Done, steps[^1].Sentence);
        Assert.Equal(_name, Convert.ToHexStringLower(SHA256.HashData(flash.Flash.Span)));
        Assert.Equal((1, (Octets + Block - 1) / Block), (flash.Initiations, flash.BlocksTaken));
        Assert.Equal((Block, Octets), (source.LongestRead, source.OctetsRead)); // a block at a time, and none twice
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_in_the_middle_ends_its_order_and_the_next_one_goes_on_where_it_stands()
    {
        using var store = Store();
        store.Expect(_name, Octets);
        Bring(store, [.. Enumerable.Range(0, (Octets + Part - 1) / Part).Select(part => part * Part)]);
        var source = new WatchedImage(store.Open(_name)!) { FailsAt = Block * 300 };
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        var steps = await bench.StepsAsync(Order(bench, source));
        Assert.Equal((OrderState.Failed, "read of the image failed; the next order for this image goes on where it stands"), (steps[^1].State, steps[^1].Sentence));
        source.FailsAt = int.MaxValue;
        Assert.Equal(OrderState.Done, (await bench.StepsAsync(Order(bench, source)))[^1].State);
        Assert.Equal((1, (Octets + Block - 1) / Block), (flash.Initiations, flash.BlocksTaken));
        Assert.True(flash.Flash.Span.SequenceEqual(_image));
    }

    [Fact]
    public async Task An_order_whose_image_is_another_one_or_not_here_asks_the_meter_nothing()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        foreach (var source in new IImageSource?[] { null, new ImageOctets(new byte[Octets]), new ImageOctets(_image.AsMemory(1)) })
        {
            var step = (await bench.StepsAsync(Order(bench, source)))[^1];
            Assert.Equal((OrderState.Refused, "the image that the order names is not the one that is here"), (step.State, step.Sentence));
        }

        Assert.False(flash.IsEnabled);
    }

    private MeterOrder Order(DriverBench bench, IImageSource? source) => new(
        "firmware-1", OrderKind.Firmware, MeterId.Parse(bench.Meter.Name), new FirmwareOrder("SIM-2.0"u8.ToArray(), default, default, false) { ImageHash = Convert.FromHexString(_name), ImageOctets = Octets }.ToPayload())
    {
        Image = source,
    };

    private static ImageTransferObject Fit(DriverBench bench)
    {
        var flash = new ImageTransferObject(() => bench.Meter.Clock.Now, Block);
        bench.Meter.Device.Add(flash);
        bench.Meter.Device.Add(new DataObject(new Obis(1, 0, 0, 2, 0, 255), () => new DataWriter().Octets("SIM 1.0.3"u8).ToArray()));
        return flash;
    }

    private ImageStore Store() => new(new DiskFiles(_folder), new ImageLimits(), _ => true, NullLogger.Instance);

    private void Bring(ImageStore store, int[] parts) => Assert.All(parts, from => Assert.True(store.Write(_name, from, _image.AsSpan(from, LengthOf(from))) is ImageWrite.Taken or ImageWrite.Complete));

    private static int LengthOf(int from) => Math.Min(Part, Octets - from);

    /// <summary>What of an image is read at once.</summary>
    private sealed class WatchedImage(IImageSource image) : IImageSource
    {
        internal int LongestRead { get; private set; }

        internal int OctetsRead { get; private set; }

        internal int FailsAt { get; set; } = int.MaxValue;

        public int Length => image.Length;

        public ReadOnlyMemory<byte> Hash => image.Hash;

        public void Read(int offset, Span<byte> destination)
        {
            if (offset >= FailsAt)
            {
                throw new IOException("read of the image failed");
            }

            (LongestRead, OctetsRead) = (Math.Max(LongestRead, destination.Length), OctetsRead + destination.Length);
            image.Read(offset, destination);
        }
    }
}
