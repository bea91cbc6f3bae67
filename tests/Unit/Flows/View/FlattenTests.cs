using Concentrator.Ports;
using Concentrator.Store.View;
using Metering;
using Metering.Ledger;

namespace Unit.Flows.View;

public sealed class FlattenTests : IAsyncDisposable
{
    private readonly ViewBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    public static TheoryData<string, int, string?> Values => new()
    {
        { "decimal", -3, "123456" },
        { "wide", 4, "-170141183460469231731687303715884105728" },
        { "single", 0, "0.1" },
        { "double", 0, "0.1" },
        { "text", 0, "Zähler 007" },
        { "number-like text", 0, "007" },
        { "empty text", 0, "" },
        { "time", 0, "2026-10-25T02:15:00+02:00" },
        { "octets", 0, "00ff10" },
        { "bits", 0, "a5" },
        { "bool", 0, "true" },
        { "none", 0, null },
    };

    [Requirement("E1")]
    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Values))]
    public async Task Every_kind_of_value_comes_back_exactly(string kind, int scaler, string? text)
    {
        var value = kind switch
        {
            "decimal" => Value.Decimal(123_456, -3),
            "wide" => Value.Decimal(Int128.MinValue, 4),
            "single" => Value.Real(0.1f),
            "double" => Value.Real(0.1d),
            "time" => Value.Instant(new DeviceTime(2026, 10, 25, 2, 15, 0, 0, 120, DeviceTimeFlags.HasOffset | DeviceTimeFlags.HasSeconds)),
            "octets" => Value.Octets(new byte[] { 0, 255, 16 }),
            "bits" => Value.Bits(new byte[] { 0xA5 }, 8),
            "bool" => Value.Bool(true),
            "none" => Value.None,
            _ => Value.Text(text!),
        };
        var field = new PayloadWriter.Field("8C1004", ViewBench.Energy, UnitSymbol.Wh, (sbyte)scaler, value);
        var payload = PayloadWriter.Telegram("GWI-00000001-3C-03", "h:0011223344556677", 2, [field], 0x10, StatusFlags.ReplayPossible);
        var sequence = _bench.Ledger.Add(ViewBench.Noon, payload);
        var expected = new ArchivedRow(
            MeterId.Parse("GWI-00000001-3C-03"), "GWI-00000001-3C-03/mbus/h:0011223344556677/0", "8C1004", "mbus", "1-0:1.8.0*255", 0, 0, 1, null, 0,
            text, scaler, "Wh", 0x10, 2, RowQuality.Suspect, sequence, ViewBench.Noon);

        var flat = Flatten.ToArchived(_bench.Ledger.Read(1, 1, RecordClass.Reading, 1, 1, out _)[0]);
        Assert.Equal(expected, Assert.Single(flat));
        _bench.Start();
        Assert.Equal(expected, Assert.Single(await _bench.RowsAsync()));
    }

    [Fact]
    public void A_value_without_OBIS_code_has_none()
    {
        var payload = PayloadWriter.Telegram("GWI-00000001-3C-03", "h:1", 0, [ViewBench.Field(1, Obis.None)]);
        _bench.Ledger.Add(ViewBench.Noon, payload);
        Assert.Null(Assert.Single(Flatten.ToArchived(_bench.Ledger.Read(1, 1, RecordClass.Reading, 1, 1, out _)[0])).Obis);
    }
}
