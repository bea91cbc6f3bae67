using System.Collections.Frozen;

namespace Protocols.Dlms.Client;

/// <summary>Where an association stands.</summary>
public enum AssociationState
{
    /// <summary>None.</summary>
    Closed,
    /// <summary>AARQ was sent.</summary>
    Requested,
    /// <summary>AARE gave a challenge; our proof was sent.</summary>
    Challenged,
    /// <summary>Services may be used.</summary>
    Associated,
    /// <summary>RLRQ was sent.</summary>
    Releasing,
}

/// <summary>What happens to an association.</summary>
public enum AssociationEvent
{
    /// <summary>We ask for it.</summary>
    Request,
    /// <summary>AARE accepts.</summary>
    Accepted,
    /// <summary>AARE wants a proof (diagnostic 14).</summary>
    ProofWanted,
    /// <summary>The other side proved itself.</summary>
    Proven,
    /// <summary>We release it.</summary>
    Release,
    /// <summary>It is established before anything is sent.</summary>
    PreEstablished,
    /// <summary>Refused, released, or the link went away.</summary>
    Ended,
}

/// <summary>The states of a client's association, as a table (IEC 62056-5-3 clause 4.5).</summary>
public static class AssociationTable
{
    private static readonly FrozenDictionary<(AssociationState, AssociationEvent), AssociationState> Rows = new Dictionary<(AssociationState, AssociationEvent), AssociationState>
    {
        [(AssociationState.Closed, AssociationEvent.Request)] = AssociationState.Requested,
        [(AssociationState.Closed, AssociationEvent.PreEstablished)] = AssociationState.Associated,
        [(AssociationState.Requested, AssociationEvent.Accepted)] = AssociationState.Associated,
        [(AssociationState.Requested, AssociationEvent.ProofWanted)] = AssociationState.Challenged,
        [(AssociationState.Challenged, AssociationEvent.Proven)] = AssociationState.Associated,
        [(AssociationState.Associated, AssociationEvent.Release)] = AssociationState.Releasing,
        [(AssociationState.Closed, AssociationEvent.Ended)] = AssociationState.Closed,
        [(AssociationState.Requested, AssociationEvent.Ended)] = AssociationState.Closed,
        [(AssociationState.Challenged, AssociationEvent.Ended)] = AssociationState.Closed,
        [(AssociationState.Associated, AssociationEvent.Ended)] = AssociationState.Closed,
        [(AssociationState.Releasing, AssociationEvent.Ended)] = AssociationState.Closed,
    }.ToFrozenDictionary();

    /// <summary>The state that follows; null for a move that is not allowed.</summary>
    public static AssociationState? Next(AssociationState state, AssociationEvent happened) => Rows.TryGetValue((state, happened), out var next) ? next : null;
}
