using System.Collections.Frozen;

namespace Protocols.Dlms.ModeE;

/// <summary>Where a sign-on stands.</summary>
public enum ModeEState
{
    /// <summary>Nothing was sent.</summary>
    Idle,
    /// <summary>The request was sent at 300 baud, 7E1.</summary>
    Requested,
    /// <summary>The meter told who it is; it is given its time to listen.</summary>
    Identified,
    /// <summary>Our choice is on its way out, still at 300 baud.</summary>
    Choosing,
    /// <summary>The line has the new speed; the meter may confirm.</summary>
    Changed,
    /// <summary>The meter listens to HDLC.</summary>
    Open,
    /// <summary>It came to nothing; see the refusal.</summary>
    Refused,
}

/// <summary>What happens to a sign-on.</summary>
public enum ModeEEvent
{
    /// <summary>We ask.</summary>
    Request,
    /// <summary>The meter told who it is, and offers HDLC at a speed we know.</summary>
    Identified,
    /// <summary>The pause between two messages is over.</summary>
    Paused,
    /// <summary>The octets of our choice have left.</summary>
    Sent,
    /// <summary>The line was quiet for long enough.</summary>
    Quiet,
    /// <summary>It comes to nothing.</summary>
    Refuse,
}

/// <summary>Why a sign-on came to nothing.</summary>
public enum ModeERefusal
{
    None,
    /// <summary>Nobody answered.</summary>
    Silence,
    /// <summary>The meter answered NAK, however often it was asked.</summary>
    NotAcknowledged,
    /// <summary>What came is no identification.</summary>
    WrongIdentification,
    /// <summary>The meter offers no binary mode.</summary>
    NoHdlc,
    /// <summary>The meter proposes a speed that modes C and E do not have.</summary>
    UnknownSpeed,
    /// <summary>The meter confirmed something else than was chosen.</summary>
    OtherChoice,
}

/// <summary>The states of a sign-on, as a table (IEC 62056-21 annex E).</summary>
public static class ModeETable
{
    private static readonly FrozenDictionary<(ModeEState, ModeEEvent), ModeEState> Rows = new Dictionary<(ModeEState, ModeEEvent), ModeEState>
    {
        [(ModeEState.Idle, ModeEEvent.Request)] = ModeEState.Requested,
        [(ModeEState.Requested, ModeEEvent.Request)] = ModeEState.Requested,
        [(ModeEState.Open, ModeEEvent.Request)] = ModeEState.Requested,
        [(ModeEState.Refused, ModeEEvent.Request)] = ModeEState.Requested,
        [(ModeEState.Requested, ModeEEvent.Identified)] = ModeEState.Identified,
        [(ModeEState.Identified, ModeEEvent.Paused)] = ModeEState.Choosing,
        [(ModeEState.Choosing, ModeEEvent.Sent)] = ModeEState.Changed,
        [(ModeEState.Changed, ModeEEvent.Quiet)] = ModeEState.Open,
        [(ModeEState.Requested, ModeEEvent.Refuse)] = ModeEState.Refused,
        [(ModeEState.Changed, ModeEEvent.Refuse)] = ModeEState.Refused,
    }.ToFrozenDictionary();

    /// <summary>The state that follows; null for a move that is not allowed.</summary>
    public static ModeEState? Next(ModeEState state, ModeEEvent happened) => Rows.TryGetValue((state, happened), out var next) ? next : null;
}
