using Concentrator.Security;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Microsoft.Extensions.Time.Testing;
using Protocols.MBus;
using Simulation.Field;
using Simulation.Scenarios;

namespace Unit.Flows.Field;

/// <summary>Wrong keys, tampering and replays, with the product's own counter store: each is told apart in a sentence of its own.</summary>
public sealed class AttackTests : IDisposable
{
    private static readonly DateTime Start = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);
    private readonly FakeTimeProvider _clock = new(Start);
    private readonly ListLedger _ledger = new();
    private readonly StreetField _field = new(24, 3, Start);
    private readonly CounterStore _counters;

    public AttackTests() => _counters = new CounterStore(_ledger, new FakeTime(_clock), _clock);

    [Theory]
    [InlineData(MeterSecurity.Mode5)]
    [InlineData(MeterSecurity.Mode7)]
    [InlineData(MeterSecurity.ExtendedLink)]
    public void Without_key_and_with_a_wrong_one_nothing_is_read_and_the_reason_is_said(MeterSecurity security)
    {
        using var keyless = new TelegramReceiver(new StreetKeys(new StreetField(1, 99, Start)), _counters);
        using var wrong = new TelegramReceiver(new StreetKeys(_field, twist: 1), _counters);
        using var right = new TelegramReceiver(new StreetKeys(_field), _counters);
        foreach (var telegram in Telegrams(security, 5))
        {
            Assert.Contains("no key of this meter is known", Rejected(keyless, telegram, FaultKind.NoKey), StringComparison.Ordinal);
            Assert.NotEmpty(Rejected(wrong, telegram, security == MeterSecurity.Mode7 ? FaultKind.MacFailed : FaultKind.WrongKey));
            Assert.IsType<DriverEvent.ReadingsTaken>(Take(right, telegram)); // the failures used no counter up
        }
    }

    [Requirement("EU8")]
    [Fact]
    public void A_tampered_telegram_fails_its_MAC_wherever_it_was_touched()
    {
        using var receiver = new TelegramReceiver(new StreetKeys(_field), _counters);
        var telegram = Telegrams(MeterSecurity.Mode7, 1).Single();
        for (var octet = 18; octet < telegram.Length; octet++) // from the message counter of the AFL on
        {
            var changed = (byte[])telegram.Clone();
            changed[octet] ^= 1;
            Assert.IsType<DriverEvent.Rejected>(Take(receiver, changed));
        }

        Assert.IsType<DriverEvent.ReadingsTaken>(Take(receiver, telegram));
    }

    [Fact]
    public void A_telegram_that_lost_its_MAC_is_delivered_marked_as_a_downgrade()
    {
        using var receiver = new TelegramReceiver(new StreetKeys(_field), _counters);
        var whole = Telegrams(MeterSecurity.Mode7, 1).Single();
        Assert.Equal(StatusFlags.None, Flags(Take(receiver, whole)) & StatusFlags.Downgrade);
        // AFL with the counter alone: FCL and MCL say no MAC, its eight octets are gone.
        byte[] bare = [(byte)(whole[0] - 8), .. whole[1..13], 0x90, 0x07, 0x00, 0x28, 0x20, .. whole[18..22], .. whole[30..]];
        Assert.Equal(StatusFlags.Downgrade, Flags(Take(receiver, bare)) & StatusFlags.Downgrade);
    }

    private static StatusFlags Flags(DriverEvent taken) => Assert.IsType<DriverEvent.ReadingsTaken>(taken).Block.Rows[0].Flags;

    [Requirement("EU8")]
    [Theory]
    [InlineData(MeterSecurity.Mode7, "message counter")]
    [InlineData(MeterSecurity.ExtendedLink, "session number")]
    public async Task A_telegram_from_yesterday_is_refused_also_after_a_restart(MeterSecurity security, string counterName)
    {
        var telegrams = Telegrams(security, 6).ToList();
        using (var receiver = new TelegramReceiver(new StreetKeys(_field), _counters))
        {
            Assert.All(telegrams, telegram => Assert.IsType<DriverEvent.ReadingsTaken>(Take(receiver, telegram)));
            Assert.All(telegrams, telegram => Assert.Contains(counterName, Replay(receiver, telegram), StringComparison.Ordinal));
        }

        using var stop = new CancellationTokenSource();
        var running = _counters.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;
        using var next = new CounterStore(_ledger, new FakeTime(_clock), _clock);
        foreach (var record in _ledger.Stored(RecordType.AcceptedCounters))
        {
            next.Replay(record);
        }

        using var afterARestart = new TelegramReceiver(new StreetKeys(_field), next);
        Assert.All(telegrams, telegram => Assert.Contains(counterName, Rejected(afterARestart, telegram, FaultKind.Replayed), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(MeterSecurity.Mode7)]
    [InlineData(MeterSecurity.ExtendedLink)]
    public void What_was_kept_in_the_last_minute_before_a_kill_is_refused_too(MeterSecurity security)
    {
        using var receiver = new TelegramReceiver(new StreetKeys(_field), _counters);
        var telegram = Telegrams(security, 1).Single();
        var taken = Assert.IsType<DriverEvent.ReadingsTaken>(Take(receiver, telegram));
        using var next = new CounterStore(_ledger, new FakeTime(_clock), _clock); // nothing was written down before the kill
        next.Heard(CounterName.Of(taken.Block.Meter.Text, taken.Security.Mode, taken.Security.KeyId), taken.Security.Counter!.Value, taken.Raw.ContentHash);
        _clock.Advance(TimeSpan.FromMinutes(2));
        using var afterAKill = new TelegramReceiver(new StreetKeys(_field), next);
        Rejected(afterAKill, telegram, FaultKind.Replayed);
    }

    public void Dispose() => _counters.Dispose();

    private string Replay(TelegramReceiver receiver, byte[] telegram)
    {
        _clock.Advance(TimeSpan.FromMinutes(2));
        return Rejected(receiver, telegram, FaultKind.Replayed);
    }

    private static string Rejected(TelegramReceiver receiver, byte[] telegram, FaultKind kind)
    {
        var rejected = Assert.IsType<DriverEvent.Rejected>(Take(receiver, telegram));
        Assert.Equal(kind, rejected.Fault.Kind);
        return rejected.Fault.Sentence;
    }

    private IEnumerable<byte[]> Telegrams(MeterSecurity security, int count)
    {
        while (count > 0)
        {
            var due = _field.Next();
            if (due.Transmission.Meter.Security == security)
            {
                count--;
                yield return due.Transmission.Telegram;
            }
        }
    }

    private static DriverEvent Take(TelegramReceiver receiver, byte[] telegram) =>
        receiver.Receive(telegram, new LinkFacts("radio0", "wmbus", -60, "C1+T1"), new BoxTime(Start, TimeQuality.Synchronised, 1, 1));
}
