namespace Metering.Driver;

/// <summary>Why a meter did not give what was asked of it: a closed list, one sentence each.</summary>
public enum MissReason : byte
{
    /// <summary>Nothing is missing, or nobody tried.</summary>
    None,
    /// <summary>Expected, and never seen in a network; also where its modem has a wrong device unique key, which PRIME tells nobody.</summary>
    NeverRegistered,
    /// <summary>In the network, but no data connection to its meter is open.</summary>
    NotConnected,
    /// <summary>Its node went away, alone.</summary>
    Absent,
    /// <summary>The node it hangs on went away, and with it the whole branch.</summary>
    BranchDown,
    /// <summary>Registered at another box.</summary>
    AtNeighbour,
    /// <summary>Another meter answers in its place.</summary>
    Exchanged,
    /// <summary>Its node is not on the white list.</summary>
    NotListed,
    /// <summary>The box has no key of it.</summary>
    KeyMissing,
    /// <summary>It does not take the box's key, or has locked itself.</summary>
    WrongKey,
    /// <summary>No association: another client holds the one it allows, or its connection is below the security the box demands.</summary>
    AssociationRefused,
    /// <summary>Its clock is too far off for what it stores to be asked by time.</summary>
    ClockBeyondWindow,
    /// <summary>It has no rows for the time that is asked for.</summary>
    ProfileEmpty,
    /// <summary>It answers, but not in time.</summary>
    TooSlow,
    /// <summary>Nothing came back.</summary>
    NoAnswer,
    /// <summary>It answered with an error, or with what cannot be read.</summary>
    Refused,
    /// <summary>A head-end speaks with it through the box.</summary>
    HeldByPassThrough,
    /// <summary>There was no time for it yet.</summary>
    NotYet,
}
