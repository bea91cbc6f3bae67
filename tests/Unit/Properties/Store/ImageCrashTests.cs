using Concentrator.Ports;
using Concentrator.Store.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Substation.Box;

namespace Unit.Properties.Store;

/// <summary>The power goes before each call to the disk in turn, or a call fails: what was taken of an image is there, and an image is complete only where its octets are right.</summary>
public class ImageCrashTests
{
    private const int Seed = 20261127, Octets = 5000, Part = 700;

    [Requirement("P4")]
    [Fact]
    public void What_was_taken_is_there_after_a_power_cut_at_any_call() => Run(failures: false);

    [Fact]
    public void What_was_taken_is_there_when_a_call_fails_and_the_power_goes_later() => Run(failures: true);

    [Fact]
    public void An_upload_that_was_completed_is_an_image_after_a_power_cut_at_any_call()
    {
        var image = ImageStoreTests.ImageOf(new Random(Seed), Octets);
        var name = ImageStoreTests.NameOf(image);
        var completed = 0;
        for (var cut = 0; cut < 60; cut++)
        {
            for (var fate = 0; fate < 8; fate++)
            {
                var (random, isComplete, isWritten) = (new Random(Seed + (cut * 8) + fate), false, false);
                var disk = new CrashFiles(random) { CutAt = cut };
                try
                {
                    using var store = Store(disk);
                    store.Begin("upload", Octets);
                    for (var at = 0; at < Octets; at += Part)
                    {
                        store.Write("upload", at, image.AsSpan(at, Math.Min(Part, Octets - at)));
                    }

                    isWritten = true;
                    isComplete = store.Complete("upload", out _) == name;
                }
                catch (PowerCutException)
                {
                    // What was told before holds.
                }

                using var again = Store(disk.AfterPowerCut(random));
                completed += isComplete ? 1 : 0;
                Assert.True(!isComplete || again.Find(name) is { IsComplete: true }, $"cut {cut}, fate {fate}");
                Assert.True(!isWritten || (again.Find(name) ?? again.Find("upload"))?.Received == Octets, $"cut {cut}, fate {fate}");
                Assert.True(again.Find(name) is null || ImageStoreTests.ReadAll(again, name).AsSpan().SequenceEqual(image), $"cut {cut}, fate {fate}");
            }
        }

        Assert.True(completed > 0);
    }

    [Fact]
    public void An_image_that_changes_on_the_disk_is_not_given_out_but_asked_for_anew()
    {
        var image = ImageStoreTests.ImageOf(new Random(Seed), Octets);
        var name = ImageStoreTests.NameOf(image);
        var disk = new CrashFiles(new Random(Seed));
        using (var store = Store(disk))
        {
            store.Expect(name, Octets);
            for (var at = 0; at < Octets; at += Part)
            {
                store.Write(name, at, image.AsSpan(at, Math.Min(Part, Octets - at)));
            }
        }

        using (var file = disk.Open(disk.List().Single(), create: false))
        {
            file.Write([(byte)(image[Part + 3] ^ 1)], file.Length - Octets + Part + 3);
        }

        using var again = Store(disk);
        Assert.Equal((null, false), (again.Open(name), again.Find(name)!.IsComplete));
        Assert.Equal([new OctetRange(Part, Part)], again.Find(name)!.Missing);
        Assert.Equal(ImageWrite.Complete, again.Write(name, Part, image.AsSpan(Part, Part)));
        Assert.Equal(image, ImageStoreTests.ReadAll(again, name));
    }

    private static void Run(bool failures)
    {
        var (cuts, found) = (0, 0L);
        for (var cut = 0; cut < 70; cut++)
        {
            for (var fate = 0; fate < 8; fate++)
            {
                var seed = Seed + (cut * 8) + fate;
                var random = new Random(seed);
                var image = ImageStoreTests.ImageOf(random, Octets);
                var name = ImageStoreTests.NameOf(image);
                var disk = new CrashFiles(random) { CutAt = cut, FailAt = failures ? random.Next(cut + 1) : int.MaxValue };
                var taken = new bool[Octets];
                cuts += Live(disk, image, name, taken, random) ? 1 : 0;
                using var again = Store(disk.AfterPowerCut(random));
                var there = again.Find(name) is { } view ? ImageStoreTests.ModelOf(view) : new bool[Octets];
                Assert.True(taken.Zip(there).All(octet => !octet.First || octet.Second), $"seed {seed}: octets that were taken are not there");
                found += taken.Count(octet => octet);
                Assert.Null(again.Expect(name, Octets));
                foreach (var gap in again.Find(name)!.Missing)
                {
                    again.Write(name, gap.From, image.AsSpan((int)gap.From, (int)gap.Octets));
                }

                Assert.True(ImageStoreTests.ReadAll(again, name).AsSpan().SequenceEqual(image), $"seed {seed}");
            }
        }

        Assert.True(cuts > 50 && found > 50 * Octets, $"{cuts} power cuts, {found} octets found again: too few to say anything");
    }

    /// <summary>Brings parts in some order, some of them twice; true where the power went.</summary>
    private static bool Live(CrashFiles disk, byte[] image, string name, bool[] taken, Random random)
    {
        var parts = Enumerable.Range(0, (Octets + Part - 1) / Part).SelectMany(part => Enumerable.Repeat(part * Part, random.Next(1, 3))).ToArray();
        random.Shuffle(parts);
        try
        {
            using var store = Store(disk);
            foreach (var at in parts)
            {
                try
                {
                    store.Expect(name, Octets);
                    var length = Math.Min(random.Next(Part, Part * 2), Octets - at);
                    if (store.Write(name, at, image.AsSpan(at, length)) is ImageWrite.Taken or ImageWrite.Complete)
                    {
                        Array.Fill(taken, true, at, length);
                    }
                }
                catch (IOException)
                {
                    // Nobody was told that it came.
                }
            }

            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    private static ImageStore Store(CrashFiles files) => new(files, new ImageLimits { FreeFloorOctets = 0 }, _ => true, NullLogger.Instance);
}
