namespace Protocols.MBus.Records;

/// <summary>What combinable VIFEs add to a record (EN 13757-3 table 15).</summary>
[Flags]
public enum RecordLabels
{
    None = 0,
    Average = 1 << 0,
    RelativeDeviation = 1 << 1,
    Forward = 1 << 2,
    Backward = 1 << 3,
    Uncorrected = 1 << 4,
    BaseConditions = 1 << 5,
    LowerLimit = 1 << 6,
    UpperLimit = 1 << 7,
    Exceeds = 1 << 8,
    TimeOf = 1 << 9,
    DurationOf = 1 << 10,
    Leakage = 1 << 11,
    Overflow = 1 << 12,
    Future = 1 << 13,
    PhaseL1 = 1 << 14,
    PhaseL2 = 1 << 15,
    PhaseL3 = 1 << 16,
    Neutral = 1 << 17,
    PhaseToPhase = 1 << 18,
    Quadrant = 1 << 19,
    CompactProfile = 1 << 20,
    PerUnit = 1 << 21,
    Maker = 1 << 22,
    Difference = 1 << 23,
    Accumulated = 1 << 24,
}
