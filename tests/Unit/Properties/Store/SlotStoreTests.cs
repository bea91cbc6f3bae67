using Concentrator.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Substation.Box;

namespace Unit.Properties.Store;

/// <summary>Whatever a power cut leaves of the slots, what was flushed last, or what was being flushed, is found.</summary>
public class SlotStoreTests
{
    private const int Seed = 20261124;

    [Fact]
    public void After_500_power_cuts_the_last_state_is_found_or_the_one_that_was_being_written()
    {
        for (var run = 0; run < 500; run++)
        {
            var random = new Random(Seed + run);
            var disk = new CrashFiles(random);
            disk.CutAt = random.Next(4, 60);
            byte flushed = 0, saved = 0;
            try
            {
                using var slots = Open(disk);
                slots.Load("main");
                while (true)
                {
                    slots.Save("main", new[] { ++saved, (byte)(saved ^ 0xFF) });
                    slots.Flush();
                    flushed = saved;
                }
            }
            catch (PowerCutException)
            {
                // The box is off.
            }

            using var again = Open(disk.AfterPowerCut(random));
            var found = again.Load("main");
            Assert.True(
                found.IsEmpty ? flushed == 0 : (found.Span[0] == flushed || found.Span[0] == saved) && found.Span[1] == (byte)(found.Span[0] ^ 0xFF),
                $"seed {Seed + run}: flushed {flushed}, saved {saved}, found {Convert.ToHexString(found.Span)}");
        }
    }

    [Fact]
    public void A_disk_that_refuses_costs_nothing_but_the_newest_state()
    {
        var disk = new CrashFiles(new Random(1));
        using (var slots = Open(disk))
        {
            slots.Save("main", new byte[] { 1 });
            slots.Flush();
            disk.Broken = true;
            slots.Save("main", new byte[] { 2 });
            slots.Flush();
            disk.Broken = false;
            slots.Save("main", new byte[] { 3 });
            slots.Flush();
        }

        using var again = Open(disk);
        Assert.Equal([3], again.Load("main").ToArray());
        Assert.True(again.Load("other").IsEmpty);
    }

    private static SlotStore Open(CrashFiles disk) => new(disk, () => { }, NullLogger.Instance);
}
