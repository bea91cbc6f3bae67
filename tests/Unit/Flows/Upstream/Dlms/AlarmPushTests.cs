using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Events of meters, pushed to where the push setup points.</summary>
public class AlarmPushTests
{
    [Requirement("E6")]
    [Fact]
    public async Task Events_go_ciphered_to_the_listener_and_a_restart_goes_on_behind_them()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (memory, counters, ledger) = (new Substation.FreshMemory(), new Substation.MemoryCounters(), new WaitingLedger());
        var bench = new NorthBench(memory: memory, counters: counters);
        ledger.Add(bench.Time.Now, "SIM0000000000001", 1); // before anybody wanted any
        var target = new DataWriter().Structure(3).Enum(0).Octets(Encoding.ASCII.GetBytes(listener.LocalEndpoint.ToString()!)).Enum(0).ToArray();
        Assert.Equal(0, bench.Parts.Push.Setup.Set(3, target));
        Assert.True(await bench.Parts.Push.SettleAsync("test", CancellationToken.None));
        await using (var life = new Life(bench, ledger))
        {
            await Patience.SettledAsync();
            ledger.Add(bench.Time.Now, "SIM0000000000007", 17);
            var (meter, number, counter) = await TakeAsync(bench, listener);
            Assert.Equal(("SIM0000000000007", 17u), (meter, number));
            Assert.True(counter >= 1);
            Assert.True(await Patience.UntilAsync(() => memory.Names.Contains("pushed until")));
        }

        ledger.Add(bench.Time.Now, "SIM0000000000008", 18); // while the box was off
        await using (var life = new Life(new NorthBench(memory: memory, counters: counters), ledger))
        {
            Assert.Equal(("SIM0000000000008", 18u), ((await TakeAsync(bench, listener)) is var (meter, number, _) ? (meter, number) : default));
        }
    }

    [Fact]
    public async Task A_listener_that_is_away_is_tried_again_and_what_waits_arrives()
    {
        var port = FreePort();
        var ledger = new WaitingLedger();
        var bench = new NorthBench();
        bench.Parts.Push.Setup.Set(3, new DataWriter().Structure(3).Enum(0).Octets(Encoding.ASCII.GetBytes($"127.0.0.1:{port}")).Enum(0).ToArray());
        await bench.Parts.Push.SettleAsync("test", CancellationToken.None);
        await using var life = new Life(bench, ledger);
        await Patience.SettledAsync();
        ledger.Add(bench.Time.Now, "SIM0000000000007", 17);
        Assert.True(await Patience.UntilAsync(() => life.Push.Sentence is not null));
        Assert.Contains($"127.0.0.1:{port}", life.Push.Sentence, StringComparison.Ordinal);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var taking = TakeAsync(bench, listener);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => taking.IsCompleted, TimeSpan.FromSeconds(5)));
        Assert.Equal("SIM0000000000007", (await taking).Meter);
        Assert.True(await Patience.UntilAsync(() => life.Push.Sentence is null));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>One push, opened with the key of the management client.</summary>
    private static async Task<(string Meter, uint Number, uint Counter)> TakeAsync(NorthBench bench, TcpListener listener)
    {
        using var all = new MemoryStream();
        while (all.Length == 0)
        {
            using var client = await listener.AcceptTcpClientAsync(); // one that was given up, because fake time ran ahead of the socket, brings nothing
            await client.GetStream().CopyToAsync(all);
        }

        var input = new ReadOnlySequence<byte>(all.ToArray());
        Assert.Equal(FrameRead.Got, new WrapperFramer(4096).Read(ref input, out var frame, out _));
        Assert.Equal((1, 1, 0L), (frame.Source, frame.Destination, input.Length));
        var ciphered = Assert.IsType<GeneralCiphered>(Pdu.Read(frame.Apdu, out _));
        Assert.Equal(Convert.ToHexString(bench.Options.Title.Span), Convert.ToHexString(ciphered.SystemTitle.Span));
        Assert.Equal(0x30, ciphered.Content.Span[0]);
        using var cipher = new DlmsCipher(bench.Key, bench.Authentication);
        var plain = new byte[ciphered.Content.Length];
        Assert.Null(cipher.Open(ciphered.Content.Span, ciphered.SystemTitle.Span, plain, out var length));
        var told = Assert.IsType<DataNotification>(Pdu.Read(plain.AsMemory(0, length), out _));
        Assert.False(told.Id.IsConfirmed);
        var reader = new Protocols.Dlms.AXdr.AXdrReader(told.Data.Span);
        Assert.True(reader.TryItem(out var head));
        Assert.Equal(7, head.Count);
        Assert.True(reader.TryItem(out var setup) & reader.TryItem(out var box) & reader.TryItem(out var meter) & reader.TryItem(out _) & reader.TryInteger(out var number));
        Assert.Equal(("0004190900FF", "XYZDCUA1B2C3D4E5"), (Convert.ToHexString(setup.Content), Encoding.ASCII.GetString(box.Content)));
        return (Encoding.ASCII.GetString(meter.Content), (uint)number, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(ciphered.Content.Span[1..]));
    }

    private sealed class Life : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        internal Life(NorthBench bench, WaitingLedger ledger)
        {
            Push = new AlarmPush(bench.Options, bench.Parts.Push.Setup, ledger, bench, bench.Counters, bench.Memory, bench.Time, bench.Clock, bench.Counted);
            _running = Push.RunAsync(_stop.Token);
        }

        internal AlarmPush Push { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            _stop.Dispose();
        }
    }

    /// <summary>A ledger of events, whose readers wait for more.</summary>
    private sealed class WaitingLedger : ILedgerReader
    {
        private readonly List<StoredRecord> _records = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong DurableSequence
        {
            get
            {
                lock (_records)
                {
                    return (ulong)_records.Count;
                }
            }
        }

        internal void Add(BoxTime now, string meter, int number)
        {
            var happened = new MeterEvent(Obis.Parse("0-0:99.98.1*255"), number, "idis", CosemTimeOf(), 0, "terminal cover removed");
            var record = new MeterEventsRecord(MeterId.Parse(meter), "feeder", [happened], default);
            lock (_records)
            {
                _records.Add(new StoredRecord((ulong)_records.Count + 1, RecordType.MeterEvents, RecordClass.Alarm, now, record.ToPayload()));
                _more.TrySetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
        {
            next = last + 1;
            lock (_records)
            {
                return [.. _records.Where(record => record.Class == recordClass && record.Sequence >= first && record.Sequence <= last)];
            }
        }

        public Task WaitBeyondAsync(ulong sequence, CancellationToken stop)
        {
            lock (_records)
            {
                return (ulong)_records.Count > sequence ? Task.CompletedTask : _more.Task.WaitAsync(stop);
            }
        }

        private static DeviceTime CosemTimeOf() => CosemTime.Of(new DateTime(2026, 11, 23, 10, 0, 0), 60, false);
    }
}
