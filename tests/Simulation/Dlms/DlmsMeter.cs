using Metering;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms;

/// <summary>How a simulated DLMS meter is built.</summary>
/// <param name="Number">Its serial number.</param>
/// <param name="Seed">Everything that is random in it.</param>
/// <param name="Mechanism">Authentication of the management client.</param>
/// <param name="IsCiphered">Its management client must cipher.</param>
/// <param name="Suite">Security suite.</param>
/// <param name="LongestPdu">The longest APDU it takes and sends.</param>
/// <param name="Drift">Seconds its clock gains a day.</param>
/// <param name="HistoryDays">Days of load profile it holds at the start.</param>
/// <param name="Quirk">How it tells its profiles.</param>
/// <param name="InvertedDeviation">Its deviation has the wrong sign.</param>
public sealed record DlmsMeterPlan(
    int Number, int Seed, int Mechanism = 5, bool IsCiphered = true, byte Suite = 0, int LongestPdu = 1024, double Drift = 0, int HistoryDays = 2, ProfileQuirk Quirk = ProfileQuirk.None,
    bool InvertedDeviation = false);

/// <summary>A simulated electricity meter: a COSEM logical device whose registers follow the time, whose profiles fill as it passes.</summary>
public sealed class DlmsMeter
{
    private static readonly CaptureObject ClockColumn = new(8, new Obis(0, 0, 1, 0, 0, 255), 2, 0);
    private readonly double _load;
    private readonly uint _base;
    private readonly MeterClock _clock;
    private readonly List<(ProfileObject Profile, Func<DateTime, DateTime> Next)> _profiles = [];
    private readonly List<DateTime> _due = [];
    private readonly DlmsMeterPlan _plan;
    private readonly Dictionary<int, HostAssociation> _associations = [];

    /// <summary>Builds it.</summary>
    /// <param name="world">The true time.</param>
    public DlmsMeter(DlmsMeterPlan plan, Func<DateTime> world)
    {
        _plan = plan;
        var random = new Random(unchecked((plan.Seed * 7_919) + plan.Number));
        Name = $"SIM{plan.Number:D13}";
        _load = 150 + (random.NextDouble() * 800);
        _base = (uint)random.Next(100_000, 90_000_000);
        _clock = new MeterClock(world, plan.Drift) { IsInverted = plan.InvertedDeviation };
        var (key, authentication, secret) = (new byte[plan.Suite == 2 ? 32 : 16], new byte[plan.Suite == 2 ? 32 : 16], new byte[16]);
        random.NextBytes(key);
        random.NextBytes(authentication);
        random.NextBytes(secret);
        Keys = new MeterKeys
        {
            Title = [.. "SIM"u8, 0, (byte)(plan.Number >> 24), (byte)(plan.Number >> 16), (byte)(plan.Number >> 8), (byte)plan.Number], Suite = plan.Suite, Guek = key, Gak = authentication, Secret = secret,
        };
        AddRegisters();
        AddProfiles(world());
    }

    /// <summary>Logical device name.</summary>
    public string Name { get; }

    /// <summary>Its keys.</summary>
    public MeterKeys Keys { get; }

    /// <summary>Its clock.</summary>
    public MeterClock Clock => _clock;

    /// <summary>Its objects.</summary>
    public LogicalDevice Device { get; } = new();

    /// <summary>Its breaker.</summary>
    public DisconnectObject Breaker { get; } = new(4);

    /// <summary>Its profiles and logs.</summary>
    public IEnumerable<ProfileObject> Profiles => Device.Objects.OfType<ProfileObject>();

    /// <summary>A line of a keys file for the management client.</summary>
    public string KeyLine => $"{Name} dlms client=1 suite={_plan.Suite} guek={Convert.ToHexString(Keys.Guek)} gak={Convert.ToHexString(Keys.Gak)} hls={Convert.ToHexString(Keys.Secret)}";

    /// <summary>A register that was read: its object and the value it had.</summary>
    public event Action<RegisterObject, uint>? RegisterAnswered;

    /// <summary>Lets the time pass: rows that are due are stored.</summary>
    public void Advance()
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            for (; _due[i] <= _clock.Now; _due[i] = _profiles[i].Next(_due[i]))
            {
                Capture(_profiles[i].Profile, _due[i]);
            }
        }
    }

    /// <summary>The answer to a client; null where it gets none.</summary>
    /// <param name="client">Client SAP.</param>
    public byte[]? Answer(int client, ReadOnlyMemory<byte> apdu)
    {
        Advance();
        if (!_associations.TryGetValue(client, out var association))
        {
            if (ClientOf(client) is not { } known)
            {
                return null;
            }

            _associations[client] = association = new HostAssociation(Device, known, new HostOptions(_plan.LongestPdu), new MeterSecurity(Keys));
        }

        return association.Answer(apdu);
    }

    /// <summary>The link went away: no association is left.</summary>
    public void Drop()
    {
        foreach (var association in _associations.Values)
        {
            association.End();
        }

        _associations.Clear();
    }

    private HostClient? ClientOf(int client) => client switch
    {
        16 => new HostClient(16, 0, false, default, one => one.ClassId is 8 || one.Name.C is 42 or 43 ? AccessRight.Read : AccessRight.None),
        1 => new HostClient(1, _plan.Mechanism, _plan.IsCiphered, Keys.Secret, _ => AccessRight.All),
        _ => null,
    };

    private void AddRegisters()
    {
        Device.Add(new AssociationObject());
        Device.Add(new DataObject(new Obis(0, 0, 42, 0, 0, 255), () => new DataWriter().Octets(System.Text.Encoding.ASCII.GetBytes(Name)).ToArray()));
        Device.Add(new DataObject(new Obis(0, 0, 43, 1, 0, 255), () => new DataWriter().UInt32(Keys.Expects - 1).ToArray()));
        Device.Add(new DataObject(new Obis(1, 0, 0, 2, 0, 255), () => new DataWriter().Octets("SIM 1.0.3"u8).ToArray()));
        Device.Add(new ClockObject(_clock));
        Device.Add(Breaker);
        AddRegister(new Obis(1, 0, 1, 8, 0, 255), 0, 30);
        AddRegister(new Obis(1, 0, 1, 8, 1, 255), 0, 30);
        AddRegister(new Obis(1, 0, 1, 8, 2, 255), 0, 30);
        AddRegister(new Obis(1, 0, 2, 8, 0, 255), 0, 30);
        AddRegister(new Obis(1, 0, 3, 8, 0, 255), 0, 32);
        AddRegister(new Obis(1, 0, 4, 8, 0, 255), 0, 32);
        AddRegister(new Obis(1, 0, 1, 7, 0, 255), 0, 27);
        AddRegister(new Obis(1, 0, 32, 7, 0, 255), -1, 35);
    }

    private void AddRegister(Obis name, sbyte scaler, byte unit)
    {
        RegisterObject? register = null;
        register = new RegisterObject(name, scaler, unit, () =>
        {
            var value = ValueAt(name, _clock.Now);
            RegisterAnswered?.Invoke(register!, value);
            return value;
        });
        Device.Add(register);
    }

    private void AddProfiles(DateTime start)
    {
        var quarter = TimeSpan.FromMinutes(15);
        var first = new DateTime(start.Ticks - (start.Ticks % quarter.Ticks), DateTimeKind.Utc).AddDays(-_plan.HistoryDays);
        Add(new Obis(1, 0, 99, 1, 0, 255), 900, 96 * 40, first, at => at + quarter, [new(0, 0, 96, 10, 1, 255), new(1, 0, 1, 8, 0, 255), new(1, 0, 2, 8, 0, 255), new(1, 0, 3, 8, 0, 255), new(1, 0, 4, 8, 0, 255)]);
        Add(new Obis(1, 0, 99, 2, 0, 255), 86_400, 60, NextMidnight(first.AddDays(-30)), NextMidnight, [new(0, 0, 96, 10, 2, 255), new(1, 0, 1, 8, 0, 255), new(1, 0, 1, 8, 1, 255), new(1, 0, 1, 8, 2, 255), new(1, 0, 2, 8, 0, 255)]);
        var log = new ProfileObject(new Obis(0, 0, 99, 98, 0, 255), [ClockColumn, new CaptureObject(1, new Obis(0, 0, 96, 11, 0, 255), 2, 0)], 0, 200, _clock);
        Device.Add(log);
        log.Store(first.AddHours(3), 0, 1);
        log.Store(first.AddHours(3).AddMinutes(4), 0, 2);
        Advance();
    }

    private void Add(Obis name, uint period, int most, DateTime first, Func<DateTime, DateTime> next, Obis[] columns)
    {
        var objects = columns.Select(column => column.C == 96 ? new CaptureObject(1, column, 2, 0) : new CaptureObject(3, column, 2, 0));
        var profile = new ProfileObject(name, [ClockColumn, .. objects], period, most, _clock) { Quirk = _plan.Quirk };
        Device.Add(profile);
        _profiles.Add((profile, next));
        _due.Add(first);
    }

    private void Capture(ProfileObject profile, DateTime at) =>
        profile.Store(at, MeterClock.IsSummer(at) ? (byte)0x08 : (byte)0, [.. profile.Columns.Skip(2).Select(column => ValueAt(column.Name, at))]);

    /// <summary>Registers are functions of the time, so that every row can be derived again.</summary>
    private uint ValueAt(Obis name, DateTime at)
    {
        var hours = (at - DateTime.UnixEpoch).TotalHours;
        var energy = _load * (hours + (2 * Math.Sin(at.TimeOfDay.TotalHours / 24 * 2 * Math.PI)));
        return (name.C, name.D, name.E) switch
        {
            (1, 8, 0) => unchecked(_base + (uint)(long)energy),
            (1, 8, 1) => unchecked((_base / 3) + (uint)(long)(energy / 3)),
            (1, 8, 2) => unchecked(_base + (uint)(long)energy - ((_base / 3) + (uint)(long)(energy / 3))),
            (2, 8, 0) => (uint)(hours / 10),
            (3, 8, 0) => unchecked((uint)(long)(energy / 5)),
            (4, 8, 0) => (uint)(hours / 100),
            (1, 7, 0) => (uint)_load,
            _ => (uint)(2300 + (at.Second % 20)),
        };
    }

    /// <summary>Midnight in the meter's zone.</summary>
    private static DateTime NextMidnight(DateTime after)
    {
        var local = after.AddHours(MeterClock.IsSummer(after) ? 2 : 1);
        var midnight = new DateTime(local.Year, local.Month, local.Day, 0, 0, 0, DateTimeKind.Utc).AddDays(1);
        var utc = midnight.AddHours(-1);
        return MeterClock.IsSummer(utc) ? midnight.AddHours(-2) : utc;
    }
}
