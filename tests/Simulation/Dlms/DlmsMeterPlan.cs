namespace Simulation.Dlms;

/// <summary>How a simulated DLMS meter is built.</summary>
/// <param name="Number">Its serial number.</param>
/// <param name="Seed">Everything that is random in it.</param>
/// <param name="Mechanism">Authentication of the management and the reading client.</param>
/// <param name="IsCiphered">These clients must cipher.</param>
/// <param name="Suite">Security suite.</param>
/// <param name="LongestPdu">The longest APDU it takes and sends.</param>
/// <param name="Drift">Seconds its clock gains a day.</param>
/// <param name="HistoryDays">Days of load profile it holds at the start.</param>
/// <param name="Faults">How it misbehaves.</param>
/// <param name="Kind">Whose objects and numbers it has: idis, dsmr, prime or plain.</param>
public sealed record DlmsMeterPlan(
    int Number, int Seed, int Mechanism = 5, bool IsCiphered = true, byte Suite = 0, int LongestPdu = 1024, double Drift = 0, int HistoryDays = 2, MeterFault Faults = MeterFault.None,
    string Kind = "idis")
{
    /// <summary>The smallest APDU there is in the field.</summary>
    private const int SmallPdu = 240;

    /// <summary>Associations it keeps open at once; one more is refused.</summary>
    public int Associations { get; init; } = Kind == "dsmr" ? 2 : 1;

    /// <summary>Long answers go in general blocks, ciphered as a whole, where the client has them.</summary>
    public bool PrefersGeneralBlocks { get; init; }

    /// <summary>General blocks it takes or sends in one go; 1 on HDLC, which passes the turn with every message.</summary>
    public int BlockWindow { get; init; } = 8;

    /// <summary>Control mode of the breaker, 0 to 7.</summary>
    public byte BreakerMode { get; init; } = 4;

    /// <summary>How long its relays take to move: 2 to 10 s in the field.</summary>
    public TimeSpan BreakerTakes { get; init; }

    /// <summary>How long it looks through an image before it says that it is whole.</summary>
    public TimeSpan VerifyTakes { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Classes that the pre-established client 102 may write and execute, which the meter then shows in that client's association; null: clock and image transfer, and it shows nothing.</summary>
    public IReadOnlyList<ushort>? BroadcastMay { get; init; }

    /// <summary>It can activate an image by itself, at a time.</summary>
    public bool HasImageSchedule { get; init; }

    /// <summary>It has a display, prepayment and load switches.</summary>
    public bool HasCustomerSide { get; init; }

    /// <summary>Times without power, UTC.</summary>
    public IReadOnlyList<(DateTime From, DateTime To)> Outages { get; init; } = [];

    /// <summary>The longest APDU, misbehaviour counted in.</summary>
    internal int EffectivePdu => Has(MeterFault.SmallPdu) ? Math.Min(SmallPdu, LongestPdu) : LongestPdu;

    /// <summary>It misbehaves in this way.</summary>
    public bool Has(MeterFault fault) => (Faults & fault) != 0;
}
