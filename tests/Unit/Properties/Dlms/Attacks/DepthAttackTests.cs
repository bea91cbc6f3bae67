using Metering;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Unit.Properties.Dlms.Attacks;

/// <summary>Structures in structures in structures: every door refuses them with a sentence, and no stack grows.</summary>
public class DepthAttackTests
{
    /// <summary>In front of one Data, in every message that carries one.</summary>
    public static TheoryData<string> Heads =>
    [
        "C401C100", "C403C10100", "C101C100030100010800FF0200", "C101C100030100010800FF020101", "C104C10100030100010800FF020001", "C301C10001000060010AFF0101", "C303C101000100006001AAFF0101", "C701C1000100", "C703C101000100",
        "C001C100030100010800FF020101", "0F0000000100", "C20000030100010800FF02", "D90000000100010100030100010800FF0201", "DA00000001000001", "0C0100", "0501040001AA", "060102000101", "18000102000101",
    ];

    [Theory]
    [MemberData(nameof(Heads))]
    public void Sixteen_thousand_structures_are_refused_by_every_message(string head)
    {
        foreach (var (opener, times) in ((byte[], int)[])[([2, 1], 16_000), ([1, 1], 20_000), ([2, 0x81, 1], 16_000), ([2, 2], 16_000)])
        {
            byte[] octets = [.. Convert.FromHexString(head), .. Enumerable.Repeat(opener, times).SelectMany(one => one), 0];
            string? fault = null;
            Weight.MustBeBounded(octets.Length, () => Assert.Null(Pdu.Read(octets, out fault)), head);
            Assert.NotEmpty(fault!);
        }
    }

    [Fact]
    public void Profiles_lists_and_times_refuse_them_too()
    {
        byte[] deep = [.. Enumerable.Repeat(new byte[] { 1, 1, 2, 1 }, 10_000).SelectMany(one => one), 0];
        var rows = new ProfileRows();
        Weight.MustBeBounded(deep.Length, () => Assert.NotNull(rows.Read(deep, 1)), "rows");
        Weight.MustBeBounded(deep.Length, () => Assert.Null(CaptureObject.ReadList(deep)), "columns");
        Weight.MustBeBounded(deep.Length, () => Assert.Null(ObjectList.Read(deep)), "objects");
        Weight.MustBeBounded(deep.Length, () => Assert.False(ScalerUnit.TryRead(deep, out _)), "scaler");
        var profile = MeterProfile.Parse("name deep\n", out _)!;
        var columns = new ReadColumn[] { new(new CaptureObject(8, new Obis(0, 0, 1, 0, 0, 255), 2, 0), UnitSymbol.None, 0) };
        Weight.MustBeBounded(deep.Length, () => Assert.Null(ToReadings.Profile(
            new ReadFor(MeterId.Parse("SIM0000000000001")), new ProfileDefinition("load-profile", new Obis(1, 0, 99, 1, 0, 255), StampEdge.End, false), profile, columns, 900, deep, rows, out _)), "readings");
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Sixteen_levels_are_read_and_no_more(int levels, bool fits)
    {
        byte[] octets = [.. Enumerable.Repeat(new byte[] { 2, 1 }, levels).SelectMany(pair => pair), 0x11, 7];
        Assert.Equal(fits, AXdrReader.IsOneData(octets));
        byte[] beside = [2, 3, 0, .. octets[2..], 0]; // an element before and one behind: what lies around is found again
        Assert.Equal(fits, AXdrReader.IsOneData(beside));
    }

    [Fact]
    public void A_compact_array_whose_type_is_deep_is_refused()
    {
        byte[] deep = [0x13, .. Enumerable.Repeat(new byte[] { 2, 1 }, 16_000).SelectMany(one => one), 0x11, 1, 7];
        Assert.False(AXdrReader.IsOneData(deep));
        Assert.NotNull(new ProfileRows().Read(deep, 1));
    }
}
