namespace Simulation.Plc.G3;

/// <summary>An attribute of the modem's information base.</summary>
/// <param name="Least">Fewest octets of its value.</param>
/// <param name="Most">Most octets of its value.</param>
/// <param name="IsWritable">The host may set it.</param>
/// <param name="Indexes">How many values it has, by index from 0.</param>
/// <param name="Start">Its value after INITIALIZE where it has the right length, else zeros; null: it has none before it was set, and reading it finds nothing.</param>
internal sealed record G3Attribute(uint Id, int Least, int Most, bool IsWritable, int Indexes = 1, byte[]? Start = null);
