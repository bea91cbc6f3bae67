namespace Simulation.Scenarios;

/// <summary>What happens in a run: which meters, what the air does to their telegrams, how the stick behaves.</summary>
/// <param name="Groups">Meters, in order.</param>
/// <param name="First">Within which time after the start every meter sends its first telegram.</param>
/// <param name="Air">The air.</param>
/// <param name="Stick">The stick.</param>
/// <param name="Replay">A file of recorded telegrams that are heard instead of the meters', or null.</param>
/// <param name="Feeders">DLMS meters without anything special, or null.</param>
/// <param name="Dlms">Other DLMS meters, or null.</param>
/// <param name="Plc">Power line networks, or null.</param>
public sealed record Scenario(
    IReadOnlyList<MeterGroup> Groups, TimeSpan First, AirSettings Air, StickSettings Stick, string? Replay = null, FeederSettings? Feeders = null, IReadOnlyList<DlmsGroup>? Dlms = null,
    IReadOnlyList<PlcGroup>? Plc = null)
{
    /// <summary>Walk-by meters of four media and three security modes, one in eleven clear.</summary>
    public static Scenario Street { get; } = new([new MeterGroup(MeterKinds.Mix, 20, MeterKinds.Mix, null)], TimeSpan.FromSeconds(14), new AirSettings(), new StickSettings());

    /// <summary>Everything this version has: the street, and a meter each on TCP, on a serial line and on UDP.</summary>
    public static Scenario All { get; } = Street with { Feeders = new FeederSettings(1, 1, 1) };

    /// <summary>What stands in a substation: power line networks of both sorts, radio meters around it, and a meter on the feeder. Of 200 meters these are 75, 74, 50 and 1.</summary>
    public static Scenario Substation { get; } = Street with { Groups = [new MeterGroup(MeterKinds.Mix, 50, MeterKinds.Mix, null)], Feeders = new FeederSettings(1, 0), Plc = [PlcGroup.Prime, PlcGroup.G3] };

    /// <summary>What is in one building: an electricity meter on a serial line, and gas, heat, and cold and warm water over the air. No power line.</summary>
    public static Scenario Building { get; } = Street with
    {
        Groups = [new("gas", 1, "5", null), new("heat", 1, "ell", null), new("water", 2, "7", null)], Feeders = new FeederSettings(0, 1), First = TimeSpan.FromSeconds(8),
    };

    /// <summary>All DLMS meters, in order.</summary>
    public IEnumerable<DlmsGroup> DlmsGroups =>
    [
        new(DlmsGroup.Tcp, Feeders?.Tcp ?? 0, DlmsGroup.Plain with { HasCustomerSide = true }), new(DlmsGroup.Pty, Feeders?.Serial ?? 0, DlmsGroup.Plain), new(DlmsGroup.Udp, Feeders?.Udp ?? 0, DlmsGroup.Plain), .. Dlms ?? [],
    ];

    /// <summary>Meters in all.</summary>
    public int Count => Shared + DlmsGroups.Sum(group => group.Count);

    /// <summary>Those on the air and on power lines.</summary>
    private int Shared => Groups.Sum(group => group.Count) + (Plc?.Sum(group => group.Count) ?? 0);

    /// <summary>The same with so many meters: the shares of the groups and networks stay, the last one takes the rest.</summary>
    public Scenario WithCount(int meters)
    {
        var rest = Math.Max(0, meters - DlmsGroups.Sum(group => group.Count));
        var (total, left) = (Shared, rest);
        int Share(int count)
        {
            var share = total == count ? left : (int)((long)count * left / total);
            (total, left) = (total - count, left - share);
            return share;
        }

        var plc = Plc?.Select(group => group with { Count = Share(group.Count) }).Where(group => group.Count > 0).ToArray();
        return this with { Plc = plc, Groups = [.. Groups.Select(group => group with { Count = Share(group.Count) })] };
    }

    /// <summary>The plan of each meter, in the order of the groups.</summary>
    public IEnumerable<MeterPlan> Plans => Groups.SelectMany(group => Enumerable.Repeat(group, group.Count)).Select((group, index) => group.PlanOf(index, First));
}

/// <summary>DLMS meters on ports of their own.</summary>
/// <param name="Tcp">So many on TCP, with the wrapper.</param>
/// <param name="Serial">So many on serial lines, with HDLC.</param>
/// <param name="Udp">So many on UDP, with the wrapper.</param>
public sealed record FeederSettings(int Tcp, int Serial, int Udp = 0)
{
    /// <summary>In all.</summary>
    public int Count => Tcp + Serial + Udp;
}

/// <summary>Meters that are alike.</summary>
/// <param name="Kind">electricity, gas, water, heat or mix.</param>
/// <param name="Count">How many.</param>
/// <param name="Security">0, 5, 7, ell or mix.</param>
/// <param name="Interval">Time between telegrams: null as walk-by meters of the kind do, zero for the nominal interval of OMS, else this.</param>
public sealed record MeterGroup(string Kind, int Count, string Security, TimeSpan? Interval)
{
    /// <summary>The n-th meter of the whole field.</summary>
    public MeterPlan PlanOf(int index, TimeSpan first)
    {
        var kind = Kind == MeterKinds.Mix ? MeterKinds.All[index % MeterKinds.All.Count] : MeterKinds.All.First(candidate => candidate.Medium == Kind);
        var security = Security == MeterKinds.Mix ? (MeterSecurity)(index % 11 == 10 ? 0 : 1 + (index / MeterKinds.All.Count % 3)) : MeterKinds.Securities[Security];
        return new MeterPlan(kind, security, Interval is null ? kind.WalkBy : Interval == TimeSpan.Zero ? kind.Nominal : Interval.Value, Interval == TimeSpan.Zero, first);
    }
}

/// <summary>The air beyond the model's own: collisions and strength.</summary>
/// <param name="Loss">Share of telegrams that are lost for no reason.</param>
/// <param name="Strongest">Strongest meter at the receiver, dBm.</param>
/// <param name="Weakest">Weakest meter at the receiver, dBm.</param>
/// <param name="Collisions">False: telegrams never disturb each other.</param>
public sealed record AirSettings(double Loss = 0, int Strongest = -50, int Weakest = -97, bool Collisions = true);

/// <summary>How the stick misbehaves; by default it does not.</summary>
/// <param name="Garbage">Share of frames with octets of rubbish in front.</param>
/// <param name="Corrupt">Share of frames with one flipped bit.</param>
/// <param name="Twice">Share of telegrams handed on twice.</param>
/// <param name="WrongChecksum">Share of answers with a wrong FCS.</param>
/// <param name="Octets">Hands on octet by octet.</param>
/// <param name="Deaf">So many commands at first get no answer.</param>
/// <param name="Unplug">When it is pulled out, and for how long.</param>
/// <param name="Stall">When it answers and hears nothing, and for how long.</param>
public sealed record StickSettings(
    double Garbage = 0, double Corrupt = 0, double Twice = 0, double WrongChecksum = 0, bool Octets = false, int Deaf = 0,
    IReadOnlyList<Pause>? Unplug = null, IReadOnlyList<Pause>? Stall = null);

/// <summary>A time in which something is away.</summary>
public sealed record Pause(TimeSpan At, TimeSpan For)
{
    /// <summary>True where it is away.</summary>
    public bool Holds(TimeSpan now) => now >= At && now < At + For;
}
