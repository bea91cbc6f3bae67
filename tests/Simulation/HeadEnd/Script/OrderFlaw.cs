namespace Simulation.HeadEnd.Script;

/// <summary>How an order is given otherwise than it ought to be.</summary>
public enum OrderFlaw : byte
{
    None,
    /// <summary>Without a signature.</summary>
    Unsigned,
    /// <summary>Changed after it was signed.</summary>
    Forged,
    /// <summary>Its time is over.</summary>
    Late,
    /// <summary>Sent a second time, word for word.</summary>
    Twice,
}
