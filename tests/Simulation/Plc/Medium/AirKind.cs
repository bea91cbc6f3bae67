namespace Simulation.Plc.Medium;

/// <summary>What the medium was used for.</summary>
public enum AirKind
{
    /// <summary>Data PPDUs of messages that arrived, each counted once a hop.</summary>
    Useful,
    /// <summary>Acknowledgements and the spaces around them.</summary>
    Acknowledgement,
    /// <summary>Data PPDUs that were lost, and those sent again for them.</summary>
    Retransmission,
    /// <summary>Data PPDUs that had arrived and were sent again, because their acknowledgement was lost.</summary>
    Duplicate,
    /// <summary>Data PPDUs that arrived, of messages that were given up all the same.</summary>
    GivenUp,
    /// <summary>Two at once: both are lost.</summary>
    Collision,
    /// <summary>Registration, promotion, connections: what the network says to itself.</summary>
    Control,
    /// <summary>Beacons and keep-alive.</summary>
    Beacon,
    /// <summary>Waiting for the channel, while somebody has something to say.</summary>
    BackOff,
    /// <summary>Nobody has anything to say.</summary>
    Idle,
}
