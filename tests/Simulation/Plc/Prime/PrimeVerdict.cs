namespace Simulation.Plc.Prime;

/// <summary>What a base node says to a node that wants to register.</summary>
internal enum PrimeVerdict
{
    Accepted,
    /// <summary>It does not stand in the white list.</summary>
    NotListed,
    /// <summary>The security profile needs its device unique key, and the base has none.</summary>
    NoUniqueKey,
    /// <summary>The base has another key of it: what it says cannot be opened.</summary>
    WrongUniqueKey,
}
