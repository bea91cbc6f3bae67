using Metering;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Misbehaviours;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms;

/// <summary>A value that was read by itself.</summary>
public sealed record AnsweredValue(ushort ClassId, Obis Name, int Attribute, MeterValue Value, sbyte Scaler, byte UnitCode);

/// <summary>
/// A simulated electricity meter: a COSEM logical device whose parts (registers, profiles, logs, breaker, ..) are equipment of their own. The core keeps name, keys, clock and
/// associations, and lets the time pass.
/// </summary>
public sealed class DlmsMeter
{
    private readonly IMeterEquipment[] _equipment;
    private readonly MeterClients _clients;

    /// <summary>Builds it.</summary>
    /// <param name="world">The true time.</param>
    /// <param name="equipment">Its parts; null for those of its plan.</param>
    public DlmsMeter(DlmsMeterPlan plan, Func<DateTime> world, IReadOnlyList<IMeterEquipment>? equipment = null)
    {
        Plan = plan;
        Name = $"SIM{plan.Number:D13}";
        var quarter = TimeSpan.FromMinutes(15);
        Clock = new MeterClock(world, plan.Has(MeterFault.ClockDrifts) ? 300 : plan.Drift) { IsInverted = plan.Has(MeterFault.InvertedDeviation), HasDeviation = !plan.Has(MeterFault.NoDeviation) };
        if (plan.Has(MeterFault.ClockYearsAway))
        {
            Clock.Set(world().AddYears(-6));
        }

        var start = Clock.Now;
        HistoryStart = new DateTime(start.Ticks - (start.Ticks % quarter.Ticks), DateTimeKind.Utc).AddDays(-plan.HistoryDays);
        var random = new Random(unchecked((plan.Seed * 7_919) + plan.Number));
        Values = new MeterValues(random, plan, HistoryStart);
        Keys = MakeKeys(plan, random);
        ReadingKeys = plan.Has(MeterFault.OneCounterForAll) ? Keys : MakeKeys(plan, random);
        _clients = new MeterClients(this);
        Line = new LineFaults(this);
        _equipment = [.. equipment ?? Fitting.Of(plan)];
        foreach (var part in _equipment)
        {
            part.Fit(this);
        }

        Advance();
    }

    /// <summary>How it is built.</summary>
    public DlmsMeterPlan Plan { get; }

    /// <summary>Logical device name.</summary>
    public string Name { get; }

    /// <summary>Keys of the management client.</summary>
    public MeterKeys Keys { get; }

    /// <summary>Keys of the reading client; those of the management client in a meter that has one counter for all.</summary>
    public MeterKeys ReadingKeys { get; }

    /// <summary>Its clock.</summary>
    public MeterClock Clock { get; }

    /// <summary>What it measures.</summary>
    public MeterValues Values { get; }

    /// <summary>Its objects.</summary>
    public LogicalDevice Device { get; } = new();

    /// <summary>When its profiles begin.</summary>
    public DateTime HistoryStart { get; }

    /// <summary>Its profiles and logs.</summary>
    public IEnumerable<ProfileObject> Profiles => Device.Objects.OfType<ProfileObject>();

    /// <summary>Lines of a keys file: management and reading client.</summary>
    public IEnumerable<string> KeyLines => [KeyLine(1, Keys), KeyLine(2, ReadingKeys)];

    /// <summary>One at a time: it is asked over its port while a hand does something to it.</summary>
    internal Lock Turn { get; } = new();

    /// <summary>Somebody at its local port has the association it allows: it takes no other.</summary>
    public bool IsHeldElsewhere { get; set; }

    /// <summary>Its answers are lost on their way; what it is asked it does.</summary>
    public bool IsMute { get; set; }

    /// <summary>What happens to its answers on the line.</summary>
    public LineFaults Line { get; }

    /// <summary>The last question was for a profile's buffer.</summary>
    internal bool IsBufferAsked => _clients.Faults.IsBufferAsked;

    /// <summary>The last answer to a read was all of it, or its last block.</summary>
    internal bool HasAnsweredWhole => _clients.Faults.HasAnsweredWhole;

    /// <summary>Further blocks of it that were asked for.</summary>
    internal int BlocksAsked => _clients.Faults.BlocksAsked;

    /// <summary>APDUs that came to it.</summary>
    public long Asked { get; private set; }

    /// <summary>A client's question in the clear, empty where it could not be read: it was done, and nobody has the answer yet.</summary>
    public event Action<int, byte[]>? Did;

    /// <summary>A register or another single value that was read.</summary>
    public event Action<AnsweredValue>? ValueAnswered;

    /// <summary>Something that a log, an alarm or a push may want to know.</summary>
    public event Action<EventLog, byte>? Happened;

    /// <summary>A part of it; null where it has none.</summary>
    public T? Part<T>()
        where T : class, IMeterEquipment => _equipment.OfType<T>().FirstOrDefault();

    /// <summary>Tells its parts that something happened.</summary>
    public void Raise(EventLog log, byte code) => Happened?.Invoke(log, code);

    /// <summary>Sets the clock, with the events that belong to it.</summary>
    public void SetClock(DateTime utc)
    {
        using var turn = Turn.EnterScope();
        Advance();
        var before = Clock.Now;
        Raise(EventLog.Standard, EventLogs.ClockOld);
        Clock.Set(utc);
        Raise(EventLog.Standard, EventLogs.ClockNew);
        foreach (var part in _equipment)
        {
            part.ClockSet(before, utc);
        }
    }

    /// <summary>Lets the time pass: what is due is done, in the order of its time.</summary>
    public void Advance()
    {
        using var turn = Turn.EnterScope();
        var now = Clock.Now;
        while (First(out var due) is { } next && due <= now)
        {
            next.Run(due);
            now = Clock.Now; // what ran may have set it
        }
    }

    /// <summary>The answer to a client; null where it gets none.</summary>
    /// <param name="client">Client SAP.</param>
    public byte[]? Answer(int client, ReadOnlyMemory<byte> apdu)
    {
        using var turn = Turn.EnterScope();
        Advance();
        Asked++;
        _clients.Faults.Question = [];
        var answer = _clients.Answer(client, apdu);
        Did?.Invoke(client, _clients.Faults.Question);
        return IsMute ? null : answer;
    }

    /// <summary>Further blocks of what it answered a client last.</summary>
    public bool TryTakeFurther(int client, out byte[] apdu)
    {
        using var turn = Turn.EnterScope();
        return _clients.TryTakeFurther(client, out apdu);
    }

    /// <summary>What it says to a client by itself, protected as that client's last question was.</summary>
    public IReadOnlyList<byte[]> Notify(int client, Protocols.Dlms.Apdu.Pdu notification)
    {
        using var turn = Turn.EnterScope();
        return _clients.Notify(client, notification);
    }

    /// <summary>The link went away: no association is left.</summary>
    public void Drop()
    {
        using var turn = Turn.EnterScope();
        _clients.Drop();
        if (Plan.Has(MeterFault.CounterBehind))
        {
            (Keys.Sends, ReadingKeys.Sends) = (1, 1); // it counts its own APDUs anew, as some do after each connection
        }
    }

    /// <summary>Tells the truth of a value that is about to be answered; gives it as Data.</summary>
    internal byte[] Answered(CosemObject one, int attribute, MeterValue value)
    {
        var (scaler, unit) = one is ICapturable scaled ? scaled.ScaleOf(attribute) : ((sbyte)0, (byte)255);
        ValueAnswered?.Invoke(new AnsweredValue(one.ClassId, one.Name, attribute, value, scaler, unit));
        return value.WriteTo(new DataWriter(), Clock).ToArray();
    }

    /// <summary>The part that has something to do first; of several, the one fitted first.</summary>
    private IMeterEquipment? First(out DateTime due)
    {
        IMeterEquipment? first = null;
        due = DateTime.MaxValue;
        foreach (var part in _equipment)
        {
            var next = part.Due;
            (first, due) = next < due ? (part, next) : (first, due);
        }

        return first;
    }

    private string KeyLine(int client, MeterKeys keys) =>
        $"{Name} dlms client={client} suite={Plan.Suite} guek={Convert.ToHexString(keys.Guek)} gak={Convert.ToHexString(keys.Gak)} "
        + (Plan.Mechanism == 1 ? $"lls={System.Text.Encoding.ASCII.GetString(keys.Secret)}" : $"hls={Convert.ToHexString(keys.Secret)}");

    private static MeterKeys MakeKeys(DlmsMeterPlan plan, Random random)
    {
        var (key, authentication, secret) = (new byte[plan.Suite == 2 ? 32 : 16], new byte[plan.Suite == 2 ? 32 : 16], new byte[16]);
        random.NextBytes(key);
        random.NextBytes(authentication);
        random.NextBytes(secret);
        var (broadcast, wrapping) = (new byte[key.Length], new byte[key.Length]);
        random.NextBytes(broadcast);
        random.NextBytes(wrapping);
        secret = plan.Mechanism == 1 ? System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(secret.AsSpan(0, 4))) : secret; // a password is text
        return new MeterKeys
        {
            Title = [.. "SIM"u8, 0, (byte)(plan.Number >> 24), (byte)(plan.Number >> 16), (byte)(plan.Number >> 8), (byte)plan.Number], Suite = plan.Suite, Guek = key, Gak = authentication, Secret = secret,
            Gbek = broadcast, Kek = wrapping, HasOneCounter = plan.Has(MeterFault.OneCounterForAll),
            LocksAfter = plan.Has(MeterFault.LocksAfterThreeBadTags) ? 3 : 0,
        };
    }
}
