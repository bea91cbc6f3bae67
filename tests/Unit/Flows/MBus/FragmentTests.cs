using System.Text.Json;
using Metering;
using Metering.Driver;
using Protocols.MBus;
using Unit.Plan;

namespace Unit.Flows.MBus;

/// <summary>A message in fragments becomes one row, and the ledger gets every fragment as heard, so that it can be decoded again.</summary>
public class FragmentTests
{
    private static readonly BoxTime At = new(new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc), TimeQuality.Synchronised, 1, 7);
    private static readonly LinkFacts Link = new("radio0", "wmbus", -70, "C1+T1");

    [Fact]
    public void The_last_fragment_gives_the_readings_and_the_proof_holds_all_of_them()
    {
        var (fragments, key) = Vector("mode 7 in 5 fragments");
        using var receiver = new TelegramReceiver(new OneKey(key), new FreshCounters());
        foreach (var fragment in fragments[..^1])
        {
            Assert.StartsWith("fragment", Assert.IsType<DriverEvent.MeterHeard>(receiver.Receive(fragment, Link, At)).What, StringComparison.Ordinal);
        }

        var taken = Assert.IsType<DriverEvent.ReadingsTaken>(receiver.Receive(fragments[^1], Link, At));
        Assert.Equal(30, taken.Block.Columns.Length);
        Assert.True(taken.Security.Authenticated);
        Assert.Equal(Convert.ToHexString(fragments.SelectMany(octets => octets).ToArray()), Convert.ToHexString(taken.Raw.Octets.Span));

        using var later = new TelegramReceiver(new OneKey(key), new FreshCounters());
        var again = Assert.IsType<DriverEvent.ReadingsTaken>(later.Receive(taken.Raw.Octets, Link, At));
        Assert.Equal(taken.Block.KeyOf(0), again.Block.KeyOf(0));
        Assert.Equal(taken.Block.ValuesOf(0).ToArray(), again.Block.ValuesOf(0).ToArray());
        Assert.Equal(taken.Raw.ContentHash, again.Raw.ContentHash);
    }

    [Fact]
    public void Without_key_all_fragments_are_kept_until_it_comes()
    {
        var (fragments, key) = Vector("mode 7 in 3 fragments");
        using var keyless = new TelegramReceiver(new OneKey(null), new FreshCounters());
        var last = fragments.Select(fragment => keyless.Receive(fragment, Link, At)).ToList()[^1];
        var rejected = Assert.IsType<DriverEvent.Rejected>(last);
        Assert.Equal(FaultKind.NoKey, rejected.Fault.Kind);
        using var later = new TelegramReceiver(new OneKey(key), new FreshCounters());
        Assert.IsType<DriverEvent.ReadingsTaken>(later.Receive(rejected.Raw.Octets, Link, At));
    }

    [Fact]
    public void Of_many_messages_that_were_begun_the_newest_64_wait_and_the_others_are_given_up()
    {
        var (fragments, key) = Vector("mode 7 in 3 fragments");
        using var receiver = new TelegramReceiver(new OneKey(key), new FreshCounters());
        for (var meter = 0; meter < 1000; meter++)
        {
            receiver.Receive(Of(fragments[0], meter), Link, At);
        }

        Assert.All(Enumerable.Range(936, 64), meter => Assert.IsType<DriverEvent.MeterHeard>(receiver.Receive(Of(fragments[1], meter), Link, At)));
        Assert.All(Enumerable.Range(0, 936), meter => Assert.IsType<DriverEvent.Rejected>(receiver.Receive(Of(fragments[1], meter), Link, At)));
        Assert.IsType<DriverEvent.ReadingsTaken>(fragments.Select(fragment => receiver.Receive(fragment, Link, At)).ToList()[^1]);
    }

    [Fact]
    public void Fragments_on_a_wire_are_put_together_for_each_slave_address()
    {
        using var decoder = new TelegramDecoder(new OneKey(null), new FreshCounters());
        foreach (var slave in (byte[])[1, 2])
        {
            Assert.Null(decoder.DecodeWired(Wired([0x08, slave, 0x90, 2, 0x01, 0x40, 0x72, 0x78, 0x56, 0x34, 0x12, 0x24, 0x23, 1, 7, 0x55, 0, 0, 0, 0x04, 0x13, slave])));
            Assert.Equal("fragment 1 of a longer message", decoder.Service);
        }

        Assert.Null(decoder.DecodeWired(Wired([0x08, 1, 0x90, 2, 0x02, 0x00, 2, 0, 0])));
        Assert.Equal(Value.Decimal(513, -3), decoder.ReadingAt(0).Value);
    }

    [Fact]
    public void A_fragment_of_a_few_octets_on_a_wire_is_told_not_thrown()
    {
        using var decoder = new TelegramDecoder(new OneKey(null), new FreshCounters());
        Assert.NotNull(decoder.DecodeWired(Convert.FromHexString("68090968080190040190049916E116")));
    }

    private static byte[] Wired(byte[] content) => [0x68, (byte)content.Length, (byte)content.Length, 0x68, .. content, (byte)content.Sum(octet => octet), 0x16];

    /// <summary>The same fragment of another meter.</summary>
    private static byte[] Of(byte[] fragment, int meter)
    {
        var other = (byte[])fragment.Clone();
        BitConverter.TryWriteBytes(other.AsSpan(4), meter);
        return other;
    }

    private static (byte[][] Fragments, byte[] Key) Vector(string what)
    {
        var line = File.ReadLines(Path.Combine(Sources.Root, "tests", "Vectors", "mbus", "layers.jsonl")).Single(line => line.Contains($"\"{what}\"", StringComparison.Ordinal));
        var row = JsonDocument.Parse(line).RootElement;
        return ([.. row.GetProperty("prior").EnumerateArray().Append(row.GetProperty("hex")).Select(hex => Convert.FromHexString(hex.GetString()!))], Convert.FromHexString(row.GetProperty("key").GetString()!));
    }
}
