using System.Security.Cryptography;
using Concentrator.Ports;
using Concentrator.Store.Files;
using Concentrator.Store.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Substation.Box;

namespace Unit.Properties.Store;

/// <summary>Images on the disk: parts in any order, doubled, overlapping; room; what a restart finds.</summary>
public class ImageStoreTests
{
    private const int Seed = 20261126;
    private readonly HashSet<string> _needed = [];

    [Requirement("F2")]
    [Fact]
    public void Parts_in_any_order_doubled_and_overlapping_make_the_image_and_the_gaps_are_known_at_each_step()
    {
        for (var run = 0; run < 200; run++)
        {
            var random = new Random(Seed + run);
            var image = ImageOf(random, random.Next(1, 6000));
            var name = NameOf(image);
            using var store = Store(new CrashFiles(random));
            Assert.Null(store.Expect(name, image.Length));
            var there = new bool[image.Length];
            var result = ImageWrite.Taken;
            while (there.Contains(false))
            {
                var from = random.Next(image.Length);
                var length = random.Next(1, Math.Min(1500, image.Length - from) + 1);
                result = store.Write(name, from, image.AsSpan(from, length));
                Array.Fill(there, true, from, length);
                var view = store.Find(name)!;
                Assert.True(there.SequenceEqual(ModelOf(view)), $"seed {Seed + run}");
                Assert.Equal(there.Count(one => one), view.Received);
            }

            Assert.True(result == ImageWrite.Complete, $"seed {Seed + run}: {result}");
            Assert.Equal(image, ReadAll(store, name));
            Assert.Equal(ImageWrite.Complete, store.Write(name, 0, image.AsSpan(0, 1)));
        }
    }

    [Fact]
    public void Octets_that_come_again_with_another_value_change_nothing()
    {
        var image = ImageOf(new Random(Seed), 3000);
        using var store = Store(new CrashFiles(new Random(Seed)));
        store.Expect(NameOf(image), image.Length);
        store.Write(NameOf(image), 0, image.AsSpan(0, 2000));
        Assert.Equal(ImageWrite.Complete, store.Write(NameOf(image), 1000, [.. new byte[1000], .. image[2000..]]));
        Assert.Equal(image, ReadAll(store, NameOf(image)));
    }

    [Fact]
    public void An_image_of_another_hash_is_dropped_and_counted_and_can_be_brought_anew()
    {
        var image = ImageOf(new Random(Seed), 3000);
        var name = NameOf(image);
        using var store = Store(new CrashFiles(new Random(Seed)));
        store.Expect(name, image.Length);
        Assert.Equal(ImageWrite.WrongHash, store.Write(name, 0, new byte[image.Length]));
        Assert.Equal((null, null, 1, ImageWrite.NotBegun), (store.Find(name), store.Open(name), store.WrongHashes(name), store.Write(name, 0, image)));
        store.Expect(name, image.Length);
        Assert.Equal(ImageWrite.Complete, store.Write(name, 0, image));
        Assert.Equal(image, ReadAll(store, name));
    }

    [Fact]
    public void What_does_not_fit_is_not_taken()
    {
        var image = ImageOf(new Random(Seed), 3000);
        var name = NameOf(image);
        var limits = new ImageLimits { OctetsOfOne = 4000 };
        using var store = Store(new CrashFiles(new Random(Seed)), limits);
        Assert.Equal(ImageWrite.NotBegun, store.Write(name, 0, image));
        Assert.Equal("an image has 1 to 4000 octets, not 4001", store.Expect(name, 4001));
        Assert.NotNull(store.Expect(name, 0));
        Assert.Null(store.Expect(name, 3000));
        foreach (var (from, octets) in new (long, byte[])[] { (-1, image[..2]), (2999, image[..2]), (long.MaxValue, image[..2]), (0, [.. image, 1]), (5, []) })
        {
            Assert.Equal(ImageWrite.Outside, store.Write(name, from, octets));
        }

        _needed.Add(name);
        Assert.Equal("the image of this hash has 3000 octets, not 2999", store.Expect(name, 2999));
        Assert.Equal(0, store.Find(name)!.Received);
    }

    [Fact]
    public void Parts_of_one_octet_are_taken_until_no_more_can_be_noted_and_larger_ones_after_it_begins_anew()
    {
        var image = ImageOf(new Random(Seed), 3000);
        var name = NameOf(image);
        using var store = Store(new CrashFiles(new Random(Seed)));
        store.Expect(name, image.Length);
        var results = Enumerable.Range(0, 3000).Select(at => store.Write(name, at, image.AsSpan(at, 1))).ToList();
        Assert.Equal((ImageWrite.Taken, ImageWrite.TooManyParts), (results[40], results[^1]));
        Assert.True(store.Drop(name));
        store.Expect(name, image.Length);
        Assert.Equal(ImageWrite.Complete, store.Write(name, 0, image));
    }

    [Fact]
    public void The_oldest_that_nobody_needs_makes_room_and_one_that_is_needed_never()
    {
        var images = Enumerable.Range(0, 4).Select(i => ImageOf(new Random(Seed + i), 1000 + i)).ToArray();
        using var store = Store(new CrashFiles(new Random(Seed)), new ImageLimits { Images = 2 });
        Assert.All(images[..2], image => Assert.Null(store.Expect(NameOf(image), image.Length)));
        _needed.Add(NameOf(images[0]));
        Assert.Null(store.Expect(NameOf(images[2]), images[2].Length));
        Assert.Equal([NameOf(images[0]), NameOf(images[2])], store.List().Select(view => view.Name));
        _needed.Add(NameOf(images[2]));
        Assert.Contains("orders wait for 2 others", store.Expect(NameOf(images[3]), images[3].Length), StringComparison.Ordinal);
        Assert.Contains("orders wait for 2 others", store.Begin("upload", 10), StringComparison.Ordinal);
        Assert.Equal([NameOf(images[0]), NameOf(images[2])], store.List().Select(view => view.Name));
    }

    [Fact]
    public void All_images_together_and_the_rest_of_the_disk_have_bounds()
    {
        var disk = new CrashFiles(new Random(Seed));
        using var store = Store(disk, new ImageLimits { Octets = 5000, FreeFloorOctets = 1000 });
        Assert.Null(store.Begin("one", 3000));
        Assert.Null(store.Begin("two", 2000));
        Assert.Null(store.Begin("three", 2500)); // the first goes
        Assert.Equal(["two", "three"], store.List().Select(view => view.Name));
        disk.FreeOctets = 3499;
        Assert.Equal("the disk has no room for an image of 2500 octets: 1000 stay free for readings", store.Begin("four", 2500));
        disk.FreeOctets = 3500;
        Assert.Null(store.Begin("four", 2500));
    }

    [Fact]
    public void A_disk_that_does_not_take_a_part_took_nothing_and_the_part_can_be_given_again()
    {
        var image = ImageOf(new Random(Seed), 3000);
        var name = NameOf(image);
        for (var call = 0; call < 3; call++)
        {
            var disk = new CrashFiles(new Random(Seed + call));
            using var store = Store(disk);
            store.Expect(name, image.Length);
            store.Write(name, 0, image.AsSpan(0, 1000));
            disk.FailAt = disk.Calls + call;
            Assert.Throws<IOException>(() => store.Write(name, 1000, image.AsSpan(1000, 1000)));
            Assert.Equal(1000, store.Find(name)!.Received);
            Assert.Equal(ImageWrite.Taken, store.Write(name, 1000, image.AsSpan(1000, 1000)));
            Assert.Equal(ImageWrite.Complete, store.Write(name, 2000, image.AsSpan(2000, 1000)));
            Assert.Equal(image, ReadAll(store, name));
        }
    }

    [Fact]
    public void An_upload_becomes_the_image_of_the_hash_that_it_has()
    {
        var image = ImageOf(new Random(Seed), 3000);
        var disk = new CrashFiles(new Random(Seed));
        using (var store = Store(disk))
        {
            Assert.Null(store.Begin("hes-1/SIM-2.0", image.Length));
            store.Write("hes-1/SIM-2.0", 1000, image.AsSpan(1000));
            Assert.Null(store.Complete("hes-1/SIM-2.0", out var fault));
            Assert.Equal("1000 of 3000 octets are missing, the first at 0", fault);
        }

        using (var again = Store(disk))
        {
            Assert.Equal([new OctetRange(0, 1000)], again.Find("hes-1/SIM-2.0")!.Missing);
            Assert.Equal(ImageWrite.Taken, again.Write("hes-1/SIM-2.0", 0, image.AsSpan(0, 1000)));
            Assert.Equal((NameOf(image), null), (again.Complete("hes-1/SIM-2.0", out var fault), fault));
            Assert.Equal((null, image.Length), (again.Find("hes-1/SIM-2.0"), again.Find(NameOf(image))!.Received));
            Assert.Null(again.Complete("hes-1/SIM-2.0", out _));
        }

        using var last = Store(disk);
        Assert.Equal(image, ReadAll(last, NameOf(image)));
    }

    [Fact]
    public void An_upload_that_is_begun_again_begins_anew()
    {
        using var store = Store(new CrashFiles(new Random(Seed)));
        store.Begin("upload", 100);
        store.Write("upload", 0, new byte[60]);
        Assert.Null(store.Begin("upload", 50));
        Assert.Equal((50, 0), (store.Find("upload")!.Octets, store.Find("upload")!.Received));
    }

    [Fact]
    public void What_was_read_out_of_a_dropped_image_is_an_error_and_no_other_octets()
    {
        var folder = Directory.CreateTempSubdirectory("images").FullName;
        try
        {
            var image = ImageOf(new Random(Seed), 3000);
            using var store = Store(new DiskFiles(folder));
            store.Expect(NameOf(image), image.Length);
            store.Write(NameOf(image), 0, image);
            var source = store.Open(NameOf(image))!;
            store.Drop(NameOf(image));
            Assert.Throws<IOException>(() => source.Read(0, new byte[10]));
            Assert.Empty(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Requirement("P4")]
    [Fact]
    public void A_large_image_is_written_checked_and_read_without_being_held()
    {
        var folder = Directory.CreateTempSubdirectory("images").FullName;
        try
        {
            const int part = 64 * 1024;
            var image = ImageOf(new Random(Seed), 8 * 1024 * 1024);
            var name = NameOf(image);
            var (before, block) = (GC.GetAllocatedBytesForCurrentThread(), new byte[512]);
            using (var store = Store(new DiskFiles(folder)))
            {
                store.Expect(name, image.Length);
                for (var at = 0; at < image.Length; at += part)
                {
                    store.Write(name, at, image.AsSpan(at, part));
                }
            }

            using var again = Store(new DiskFiles(folder));
            var source = again.Open(name)!;
            for (var at = 0; at < image.Length; at += block.Length)
            {
                source.Read(at, block);
                Assert.True(block.AsSpan().SequenceEqual(image.AsSpan(at, block.Length)));
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, image.Length / 8); // the notes of 16,448 parts are 395 kB of it
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private ImageStore Store(ILedgerFiles files, ImageLimits? limits = null) => new(files, limits ?? new ImageLimits { FreeFloorOctets = 0 }, _needed.Contains, NullLogger.Instance);

    internal static byte[] ImageOf(Random random, int octets)
    {
        var image = new byte[octets];
        random.NextBytes(image);
        return image;
    }

    internal static string NameOf(byte[] image) => Convert.ToHexStringLower(SHA256.HashData(image));

    internal static byte[] ReadAll(IImageStore store, string name)
    {
        var source = store.Open(name) ?? throw new InvalidOperationException($"image {name} is not there");
        var octets = new byte[source.Length];
        source.Read(0, octets);
        return octets;
    }

    internal static bool[] ModelOf(ImageView view)
    {
        var there = Enumerable.Repeat(true, (int)view.Octets).ToArray();
        foreach (var gap in view.Missing)
        {
            Array.Fill(there, false, (int)gap.From, (int)gap.Octets);
        }

        return there;
    }
}
