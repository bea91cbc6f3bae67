using Concentrator.Store.BlackBox;
using Microsoft.Extensions.Time.Testing;
using Unit.Flows.View;

namespace Unit.Properties.BlackBox;

public sealed class BlackBoxRingTests : IDisposable
{
    private static readonly DateTime Noon = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<BlackBoxFrame> AnyFrame = Gen.Select(
        Gen.Long[0, DateTime.MaxValue.Ticks], Gen.String[Gen.Char.AlphaNumeric, 0, 12], Gen.Int[-140, 20].Nullable(), Gen.Int[0, 2].Select(n => new[] { "kept", "copy", "foreign" }[n]),
        Gen.Byte.Array[0, 300], (ticks, source, rssi, outcome, octets) =>
            new BlackBoxFrame(ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc), source, rssi, outcome, octets));

    private readonly string _root = Directory.CreateTempSubdirectory("box-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly CollectedLog<BlackBoxRing> _log = new();
    private int _rings;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_frame_comes_back_as_it_was_in_order() => AnyFrame.Array[0, 40].Sample(
        frames =>
        {
            var settings = NewPlace();
            Write(settings, frames);
            Assert.Equal(frames.Select(Text), Read(settings).Select(Text));
        },
        iter: 60);

    [Fact]
    public void The_ring_keeps_the_newest_and_never_more_octets_than_it_may()
    {
        var settings = NewPlace() with { MaxOctets = 2 << 20, Waiting = 40_000 };
        Write(settings, [.. Enumerable.Range(0, 20_000).Select(Numbered)]);
        var octets = Directory.GetFiles(settings.Directory).Sum(file => new FileInfo(file).Length);
        Assert.InRange(octets, settings.MaxOctets * 3 / 4, settings.MaxOctets);
        var kept = Read(settings).Select(NumberOf).ToList();
        Assert.Equal(19_999, kept[^1]);
        Assert.Equal(Enumerable.Range(kept[0], kept.Count), kept);
        Assert.NotEqual(0, kept[0]);
    }

    [Fact]
    public void A_start_goes_on_behind_what_was_there()
    {
        var settings = NewPlace();
        for (var start = 0; start < 100; start++)
        {
            Write(settings, [Numbered(start)]);
        }

        Assert.Equal(Enumerable.Range(36, 64), Read(settings).Select(NumberOf));
    }

    [Fact]
    public void A_torn_tail_costs_only_the_frame_it_tears() => Gen.Int[0, 3_000].Sample(
        cut =>
        {
            var settings = NewPlace();
            Write(settings, [.. Enumerable.Range(0, 40).Select(Numbered)]);
            var file = Directory.GetFiles(settings.Directory).Single();
            var octets = File.ReadAllBytes(file);
            var left = Math.Max(0, octets.Length - cut);
            File.WriteAllBytes(file, octets[..left]);
            Assert.Equal(Enumerable.Range(0, left / (octets.Length / 40)), Read(settings).Select(NumberOf));
            Write(settings, [Numbered(40)]);
            Assert.Equal(40, NumberOf(Read(settings).Last()));
        },
        iter: 60);

    [Fact]
    public void A_flipped_bit_costs_at_most_the_frame_it_is_in() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 7]).Sample(
        (place, bit) =>
        {
            var settings = NewPlace();
            Write(settings, [.. Enumerable.Range(0, 40).Select(Numbered)]);
            var file = Directory.GetFiles(settings.Directory).Single();
            var octets = File.ReadAllBytes(file);
            octets[place % octets.Length] ^= (byte)(1 << bit);
            File.WriteAllBytes(file, octets);
            var hit = place % octets.Length / (octets.Length / 40);
            Assert.Equal(Enumerable.Range(0, 40).Where(number => number != hit), Read(settings).Select(NumberOf));
        },
        iter: 200);

    [Fact]
    public void Rubbish_in_a_segment_gives_no_frame_and_no_exception() => Gen.Byte.Array[0, 2_000].Sample(octets =>
    {
        byte[] marked = [.. octets, 0xA5, 0x5A, 0xC3, 0x3C, .. octets];
        var at = 0;
        Assert.Null(FrameCodec.ReadNext(marked, ref at));
        Assert.Equal(marked.Length, at);
    });

    [Fact]
    public void More_than_may_wait_is_dropped_and_counted()
    {
        var ring = new BlackBoxRing(NewPlace() with { Waiting = 10 }, _time, _log);
        for (var i = 0; i < 25; i++)
        {
            ring.Add(Numbered(i));
        }

        Assert.Equal(15, ring.Dropped);
    }

    [Fact]
    public void A_frame_that_is_too_long_is_cut_not_refused()
    {
        var settings = NewPlace();
        Write(settings, [new BlackBoxFrame(Noon, new string('s', 300), -50, "kept", new byte[100_000])]);
        Assert.Equal(FrameCodec.MaxOctets, Assert.Single(Read(settings)).Octets.Length);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_said_once_and_tried_again()
    {
        var blocker = Path.Combine(_root, "file");
        await File.WriteAllTextAsync(blocker, "", TestContext.Current.CancellationToken);
        var settings = new BlackBoxSettings(Path.Combine(blocker, "box"));
        var ring = new BlackBoxRing(settings, _time, _log);
        using var stop = new CancellationTokenSource();
        var running = ring.RunAsync(stop.Token);
        for (var i = 0; i < 5; i++)
        {
            ring.Add(Numbered(i));
            await Reaches(() => ring.Dropped == i + 1);
            _time.Advance(TimeSpan.FromSeconds(11));
        }

        File.Delete(blocker);
        ring.Add(Numbered(5));
        await Reaches(() => ring.Written == 1);
        await stop.CancelAsync();
        await running;
        Assert.Equal(5, NumberOf(Assert.Single(ring.Read())));
        Assert.Equal([600, 601], _log.Lines.Select(line => line.Id));
    }

    [Fact]
    public async Task A_full_disk_drops_the_new_and_leaves_the_old()
    {
        await using var disk = await SmallDisk.MountAsync(_root, octets: 1 << 20);
        var settings = new BlackBoxSettings(Path.Combine(disk.Path, "box")) { Waiting = 40_000 };
        var ring = new BlackBoxRing(settings, _time, _log);
        for (var i = 0; i < 20_000; i++)
        {
            ring.Add(Numbered(i));
        }

        await ring.RunAsync(new CancellationToken(canceled: true));
        Assert.Equal(20_000, ring.Written + ring.Dropped);
        Assert.NotEqual(0, ring.Dropped);
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(11));
            ring.Add(Numbered(-1));
            await ring.RunAsync(new CancellationToken(canceled: true));
        }

        Assert.Equal(Enumerable.Range(0, (int)ring.Written), ring.Read().Select(NumberOf));
        Assert.Equal([600], _log.Lines.Select(line => line.Id));
    }

    [Fact]
    public void Reading_where_nothing_was_written_gives_nothing() => Assert.Empty(Read(new BlackBoxSettings(Path.Combine(_root, "absent"))));

    private static async Task Reaches(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static BlackBoxFrame Numbered(int number) => new(Noon, "radio0", -70, "kept", BitConverter.GetBytes(number).Concat(new byte[100]).ToArray());

    private static int NumberOf(BlackBoxFrame frame) => BitConverter.ToInt32(frame.Octets.Span);

    private static string Text(BlackBoxFrame frame) => $"{frame.At?.Ticks} {frame.Source} {frame.RssiDbm} {frame.Outcome} {Convert.ToHexString(frame.Octets.Span)}";

    private BlackBoxSettings NewPlace() => new(Path.Combine(_root, $"box{Interlocked.Increment(ref _rings)}"));

    private List<BlackBoxFrame> Read(BlackBoxSettings settings) => [.. new BlackBoxRing(settings, _time, _log).Read()];

    private void Write(BlackBoxSettings settings, BlackBoxFrame[] frames)
    {
        var ring = new BlackBoxRing(settings, _time, _log);
        foreach (var frame in frames)
        {
            ring.Add(frame);
        }

        Assert.True(ring.RunAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully);
        Assert.Equal(frames.Length, ring.Written);
    }
}
