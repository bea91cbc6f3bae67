using Concentrator.Store.View;
using Metering;

namespace Unit.Properties.View;

public sealed class DayBlockTests
{
    private static readonly BlockColumn[] Columns =
    [
        new("0403", "1-0:1.8.0*255", 0, 0, 1, "Wh"), new("3/1-0:1.8.0*255/2.0", "1-0:1.8.0*255", 3, 2, 0, "Wh"), new("x:name", null, 0, 0, 0, "text:own"),
    ];

    private static readonly Gen<BlockValue> AnyValue = Gen.Select(
        Gen.Int[0, 2], Gen.Int[-128, 127], Gen.OneOf(Gen.Long.Select(n => (string?)n.ToString()), Gen.String[0, 9].Select(s => (string?)s), Gen.Const((string?)null)),
        (column, scaler, text) => new BlockValue(Columns[column], scaler, text is null || IsText(text) ? text : "?"));

    private static readonly Gen<BlockEntry> AnyEntry = Gen.Select(
        Gen.ULong, Gen.Int[0, 5], Gen.Long[0, DateTime.MaxValue.Ticks], Gen.Int[0, 2].Select(n => new[] { "h:1", "h:2", "2026-11-23T00:15Z" }[n]), Gen.Int[0, 2], AnyValue.Array[0, 4],
        (sequence, revision, ticks, instant, occurrence, values) => new BlockEntry(
            sequence, revision, ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc), instant, occurrence, null, 7, RowQuality.Partial, values));

    private static readonly Gen<DayBlock> AnyBlock = AnyEntry.Array[0, 20].Select(entries =>
    {
        var block = new DayBlock(MeterId.Parse("GWI-12345678-3C-03"), "mbus");
        Array.ForEach(entries, block.Append);
        return block;
    });

    [Fact]
    public void A_block_comes_back_as_it_was() => AnyBlock.Sample(block => Assert.Equal(Text(block), Text(DayBlockCodec.Read(DayBlockCodec.Write(block)))));

    [Fact]
    public void A_flipped_bit_is_seen() => Gen.Select(AnyBlock, Gen.Int[0, 1 << 20]).Sample((block, place) =>
    {
        var octets = DayBlockCodec.Write(block);
        octets[place / 8 % octets.Length] ^= (byte)(1 << (place % 8));
        Assert.Throws<InvalidDataException>(() => DayBlockCodec.Read(octets));
    });

    [Fact]
    public void A_cut_block_is_seen() => Gen.Select(AnyBlock, Gen.Int[1, 1 << 20]).Sample((block, cut) =>
    {
        var octets = DayBlockCodec.Write(block);
        Assert.Throws<InvalidDataException>(() => DayBlockCodec.Read(octets.AsMemory(0, octets.Length - Math.Min(cut, octets.Length))));
    });

    [Fact]
    public void Of_every_value_the_highest_revision_stands_once() => AnyEntry.Array[0, 30].Sample(entries =>
    {
        entries = [.. entries.Select(entry => entry with { Values = [.. entry.Values.DistinctBy(value => value.Column.Id)] })];
        var block = new DayBlock(MeterId.Parse("GWI-12345678-3C-03"), "mbus");
        foreach (var entry in entries)
        {
            if (block.Supersede(entry, out _) is { } left)
            {
                block.Append(left);
            }
        }

        var expected = entries.SelectMany(Identified).GroupBy(value => value.Identity).ToDictionary(group => group.Key, group => group.MaxBy(value => value.Revision));
        var held = block.Entries.SelectMany(Identified).ToList();
        Assert.Equal(expected.Count, held.Count);
        Assert.All(held, value => Assert.Equal(expected[value.Identity], value));
    });

    [Fact]
    public void Keys_sort_by_day_meter_profile_and_part()
    {
        var keys = from day in new[] { 0, 1, 255, 256, 739_000 }
                   from meter in new[] { "ABCD", "ABCD-", "ABCD-1", "ABCDE" }
                   from profile in new[] { "1-0:99.1.0*255", "mbus" }
                   from part in new[] { 0, 1, 255, 256 }
                   select new BlockKey(day, MeterId.Parse(meter), profile).ToOctets(part);
        var octets = keys.Select(Convert.ToHexString).ToList();
        Assert.Equal(octets.Order(StringComparer.Ordinal), octets);
    }

    [Theory]
    [InlineData("ABCD")]
    [InlineData("ABCD-1")]
    public void A_meters_keys_lie_between_its_first_and_last_and_no_others_do(string one)
    {
        var first = Convert.ToHexString(BlockKey.First(7, MeterId.Parse(one)));
        var last = Convert.ToHexString(BlockKey.Last(7, MeterId.Parse(one)));
        foreach (var meter in new[] { "ABCC", "ABCD", "ABCD-", "ABCD-1", "ABCD-12", "ABCDE" })
        {
            foreach (var day in new[] { 6, 7, 8 })
            {
                var key = Convert.ToHexString(new BlockKey(day, MeterId.Parse(meter), "mbus").ToOctets(0));
                var within = string.CompareOrdinal(first, key) <= 0 && string.CompareOrdinal(key, last) <= 0;
                Assert.Equal(day == 7 && meter == one, within);
            }
        }
    }

    private static IEnumerable<(string Identity, int Revision, ulong Sequence, string? Text)> Identified(BlockEntry entry) =>
        entry.Values.Select(value => ($"{entry.Instant}/{entry.Occurrence}/{value.Column.Id}", entry.Revision, entry.Sequence, value.Text));

    private static string Text(DayBlock block) =>
        block.Meter + block.Profile + string.Join('\n', block.Entries.Select(entry => $"{entry with { Values = [] }} {string.Join(' ', entry.Values)}"));

    /// <summary>Half a surrogate pair is no text and cannot come out of UTF-8.</summary>
    private static bool IsText(string text) => text.All(c => !char.IsSurrogate(c));
}
