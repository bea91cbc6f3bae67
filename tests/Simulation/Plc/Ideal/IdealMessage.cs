using Simulation.Plc.Medium;

namespace Simulation.Plc.Ideal;

/// <summary>One message of a job.</summary>
/// <param name="Octets">Octets of its APDU.</param>
public readonly record struct IdealMessage(PlcNode Node, int Octets);
