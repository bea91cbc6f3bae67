using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms.Objects;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Protocols.Dlms.Wrapper;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// Pushes the events of meters to where the push setup points (DATA-NOTIFICATION in the wrapper over TCP), ciphered under the key of the management client. What was pushed is remembered: a
/// restart goes on behind it, and what a listener did not take waits. With no destination nothing waits.
/// </summary>
internal sealed class AlarmPush(
    DoorOptions options, PushSetupObject setup, ILedgerReader ledger, IKeyRing keys, ICounterStore invocations, IDriverMemory memory, ITimeSource time, TimeProvider clock, DoorCounters counters)
{
    private const string Mark = "pushed until";
    private const int MostAtOnce = 64, MostOctets = 256 * 1024;
    private const uint Confirmed = 0x4000_0000;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10), CloseWithin = TimeSpan.FromSeconds(3), RestAfter = TimeSpan.FromSeconds(300);
    private readonly string _memoryName = "upstream." + options.Name;
    private uint _invokeId;

    /// <summary>What is wrong with it; null where all is well or there is nothing to do.</summary>
    internal string? Sentence { get; private set; }

    /// <summary>Pushes until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        var kept = memory.Load(_memoryName, Mark);
        var done = kept.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(kept.Span) : ledger.DurableSequence;
        var failures = 0;
        while (true)
        {
            var last = ledger.DurableSequence;
            var target = setup.Target;
            if (target.Port == 0 || done >= last)
            {
                (done, Sentence) = target.Port == 0 ? (last, null) : (done, Sentence);
                await ledger.WaitBeyondAsync(last, stop).ConfigureAwait(false);
                continue;
            }

            var records = ledger.Read(done + 1, last, RecordClass.Alarm, MostAtOnce, MostOctets, out var next);
            try
            {
                await PushAsync(target, records, stop).ConfigureAwait(false);
                (failures, Sentence, done) = (0, null, next - 1);
                await KeepAsync(done, records.Count > 0, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or OverflowException or StorageFaultException || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                Sentence = $"the push to {target.Host}:{target.Port} is not taken: {(e is OperationCanceledException ? $"no connection within {ConnectWithin.TotalSeconds:F0} s" : e.Message)}";
                failures++;
                await Task.Delay(failures <= target.Retries ? TimeSpan.FromSeconds(Math.Max(1, target.DelaySeconds)) : RestAfter, clock, stop).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask PushAsync(PushTarget target, IReadOnlyList<StoredRecord> records, CancellationToken stop)
    {
        var told = records.Where(record => record.Type == RecordType.MeterEvents).Select(record => MeterEventsRecord.Parse(record.Payload)).Where(one => one.Events.Count > 0).ToList();
        if (told.Count == 0)
        {
            return;
        }

        using var late = new CancellationTokenSource(ConnectWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(target.Host.Trim('[', ']'), target.Port, either.Token).ConfigureAwait(false);
        var stream = client.GetStream();
        foreach (var (meter, happened) in told.SelectMany(one => one.Events.Select(happened => (one.Meter, happened))))
        {
            late.CancelAfter(ConnectWithin);
            var apdu = await ProtectAsync(Notification(meter, happened), stop).ConfigureAwait(false);
            await stream.WriteAsync(new WrapperFrame(BoxClients.LogicalDevice, BoxClients.Management, apdu).ToOctets(), either.Token).ConfigureAwait(false);
            DoorCounters.Count(ref counters.Pushed);
        }

        client.Client.Shutdown(SocketShutdown.Send);
        late.CancelAfter(CloseWithin);
        await CloseAsync(stream, either.Token, stop).ConfigureAwait(false);
    }

    /// <summary>A listener that closes has read all. One that does not close took it all the same; one that confirms what wants no confirmation is let speak.</summary>
    private static async ValueTask CloseAsync(NetworkStream stream, CancellationToken late, CancellationToken stop)
    {
        var rest = new byte[256];
        try
        {
            while (await stream.ReadAsync(rest, late).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
        }
    }

    private byte[] Notification(MeterId meter, MeterEvent happened)
    {
        var data = new DataWriter().Structure(PushSetupObject.Pushed.Count).Name(setup.Name).Raw(BoxData.Text(options.LogicalDeviceName)).Raw(BoxData.Text(meter.Text)).Name(happened.Log)
            .Raw(BoxData.Number(happened.Number)).Octets(CosemTime.Write(happened.OccurredAt)).Raw(BoxData.Text(happened.Text)).ToArray();
        _invokeId = (_invokeId + 1) & 0xFF_FFFF;
        return new DataNotification(new LongInvokeId(_invokeId & ~Confirmed), BoxData.InstantOctets(time.Now.Utc, BoxData.StatusOf(time.Now.Quality)), IsAtTagged: false, data).ToOctets();
    }

    /// <summary>General-glo-ciphering, authenticated and encrypted; in clear only where the door has no key by its configuration.</summary>
    private async ValueTask<byte[]> ProtectAsync(byte[] plain, CancellationToken stop)
    {
        if (options.Mechanism != 5)
        {
            return plain;
        }

        var name = new KeyName(options.KeyDevice, KeyPurpose.Guek, BoxClients.Management);
        var counter = await invocations.ReserveAsync(name, 1, 1, stop).ConfigureAwait(false);
        return Seal(plain, name, counter);
    }

    private byte[] Seal(byte[] plain, KeyName name, uint counter)
    {
        Span<byte> key = stackalloc byte[64], authentication = stackalloc byte[64];
        var wanted = options.Suite == 2 ? 32 : 16;
        if (keys.Find(name, key) != wanted || keys.Find(name with { Purpose = KeyPurpose.Gak }, authentication) != wanted)
        {
            throw new IOException($"the keys file has no line \"{name.Device} dlms client={name.Client} ..\" with keys of {wanted} octets");
        }

        using var cipher = new DlmsCipher(key[..wanted], authentication[..wanted]);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(authentication);
        var control = (byte)(CipheredContent.Authenticated | CipheredContent.Encrypted | options.Suite);
        var content = new byte[plain.Length + DlmsCipher.Overhead(control)];
        cipher.Protect(control, options.Title.Span, counter, plain, content);
        return new GeneralCiphered(false, options.Title, content).ToOctets();
    }

    private async ValueTask KeepAsync(ulong done, bool isWorthIt, CancellationToken stop)
    {
        if (!isWorthIt)
        {
            return;
        }

        var octets = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(octets, done);
        await memory.SaveAsync(_memoryName, Mark, octets, stop).ConfigureAwait(false);
    }
}
