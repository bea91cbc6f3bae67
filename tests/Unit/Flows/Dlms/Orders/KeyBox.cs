using Concentrator.Security;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms.Orders;

/// <summary>
/// A box whose keys and small values stand in books that outlive it, and that can be killed: before or after the n-th value is durable, or between a question to the meter and its answer. What
/// comes after a kill reaches neither the books nor the meter.
/// </summary>
internal sealed class KeyBox : IDriverMemory, ILedger, IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("keys-").FullName;
    private readonly DeviceKey _device;
    private readonly FreshMemory _memory = new();
    private readonly ListLedger _books = new();
    private readonly MemoryCounters _counters = new();
    private (byte[]? Guek, byte[]? Gak, byte[]? Secret) _file; // for ever the keys the meter came with
    private int _left = int.MaxValue;
    private bool _isAfter;

    internal KeyBox() => _device = DeviceKey.Open(_state, null);

    /// <summary>The meter; it outlives the box.</summary>
    internal DlmsMeter? Meter { get; private set; }

    /// <summary>It was killed.</summary>
    internal bool IsDead { get; private set; }

    /// <summary>Values that became durable.</summary>
    internal int Durable { get; private set; }

    /// <summary>The key ring as this life of the box has it.</summary>
    internal KeyRing Ring { get; private set; } = null!;

    /// <summary>Everything in the books and the memory, as one text of hex.</summary>
    internal string Kept => string.Concat(_books.Records.Select(record => Convert.ToHexString(record.Payload.Span))) + string.Concat(_memory.Names.Select(name => Convert.ToHexString(_memory.Load("feeder", name).Span)));

    public ulong DurableSequence => _books.DurableSequence;

    /// <summary>A life of the box: it knows what is durable, and nothing else.</summary>
    internal DriverBench Live(DlmsMeterPlan plan, bool overHdlc = false, DateTimeOffset? start = null)
    {
        (IsDead, _left) = (false, int.MaxValue);
        var bench = new DriverBench(
            plan, overHdlc ? new MeterHdlcPlan() : null, kept: this, counters: _counters, meter: Meter, start: start, keyRing: meter =>
            {
                Meter = meter;
                Ring = new KeyRing(_device, this, new FakeTime(new FakeTimeProvider()), NullLogger.Instance);
                Ring.TakeFile(new Dictionary<KeyName, byte[]>
                {
                    [new KeyName(meter.Name, KeyPurpose.Guek, 1)] = _file.Guek ??= meter.Keys.Guek, [new KeyName(meter.Name, KeyPurpose.Gak, 1)] = _file.Gak ??= meter.Keys.Gak,
                    [new KeyName(meter.Name, KeyPurpose.Hls, 1)] = _file.Secret ??= meter.Keys.Secret,
                });
                foreach (var record in _books.Stored(RecordType.WrappedKey))
                {
                    Ring.Replay(record);
                }

                return Ring;
            });
        return bench;
    }

    /// <summary>The box will be killed at its n-th durable value from here on: before it is durable, or right after.</summary>
    internal void KillAt(int value, bool after) => (_left, _isAfter) = (value, after);

    /// <summary>It is killed now.</summary>
    internal void Kill() => IsDead = true;

    /// <summary>An order as the head-end's key server and the desk make it.</summary>
    internal KeysOrder Order(params IEnumerable<(KeyPurpose Purpose, byte[] Key)> keys) => new([.. keys.Select(key => new NewKey(key.Purpose, KeyWrap.Wrap(Meter!.Keys.Kek, key.Key), key.Key))]);

    public ReadOnlyMemory<byte> Load(string driver, string name) => _memory.Load(driver, name);

    public async ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        if (!name.StartsWith("rotation/", StringComparison.Ordinal))
        {
            Die(IsDead);
            await _memory.SaveAsync(driver, name, octets, stop);
            return;
        }

        Before();
        await _memory.SaveAsync(driver, name, octets, stop);
        After();
    }

    public async ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop)
    {
        Before();
        var sequence = await _books.AppendAsync(records, urgency, stop);
        After();
        return sequence;
    }

    public void Dispose()
    {
        _device.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private void Before()
    {
        _left--;
        IsDead |= _left == 0 && !_isAfter;
        Die(IsDead);
        Durable++;
    }

    private void After()
    {
        IsDead |= _left == 0 && _isAfter;
        Die(IsDead);
    }

    private static void Die(bool isDead)
    {
        if (isDead)
        {
            throw new IOException("the box was killed");
        }
    }
}
