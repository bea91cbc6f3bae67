namespace Simulation.Plc.Medium;

/// <summary>A time in which a node is not there.</summary>
public readonly record struct Absence(DateTime From, DateTime To, AbsenceKind Kind);
