namespace Simulation.Dlms;

/// <summary>Ways in which meters misbehave. A scenario names them in lower case with hyphens: <c>newest-first</c>, <c>counter-behind</c>.</summary>
[Flags]
public enum MeterFault : ulong
{
    None = 0,

    // How profiles are kept and told.
    NullTimes = 1UL << 0, NewestFirst = 1UL << 1, RangeWithoutEnd = 1UL << 2, StatusOf16Bits = 1UL << 3, StatusOf32Bits = 1UL << 4, StatusAsBits = 1UL << 5,
    PaddedRows = 1UL << 6, ClearedEveryThreeDays = 1UL << 7, RepeatedHourTwice = 1UL << 8, TwoRowsOneTime = 1UL << 9, CaptureObjectsChange = 1UL << 10, PeriodChange = 1UL << 11,
    AnswersAreClipped = 1UL << 12, RangeIsDenied = 1UL << 13,

    // The clock and the registers.
    InvertedDeviation = 1UL << 14, NoDeviation = 1UL << 15, ClockDrifts = 1UL << 16, ClockYearsAway = 1UL << 17, RegisterOverflow = 1UL << 18, LyingScaler = 1UL << 19,

    // Keys and counters.
    CounterBehind = 1UL << 20, OneCounterForAll = 1UL << 21, LocksAfterThreeBadTags = 1UL << 22,

    // What an answer looks like.
    SmallPdu = 1UL << 23, EmptyLastBlock = 1UL << 24, EndlessBlocks = 1UL << 25, ZeroLengths = 1UL << 26, WrongTags = 1UL << 27, Garbage = 1UL << 28, WrongInvokeId = 1UL << 29,
    BlockNumbersJump = 1UL << 30, EndlessGeneralBlocks = 1UL << 31, DeepNesting = 1UL << 32, Busy = 1UL << 33,

    // What happens on the line.
    Silence = 1UL << 34, HalfFrames = 1UL << 35, LateAnswers = 1UL << 36, DuplicateAnswers = 1UL << 37, RebootInTheMiddle = 1UL << 38,
}

/// <summary>The names of misbehaviours.</summary>
public static class MeterFaults
{
    /// <summary>Whoever asks for a profile gets nothing that he could read.</summary>
    internal const MeterFault Unreadable = MeterFault.EndlessBlocks | MeterFault.EndlessGeneralBlocks | MeterFault.BlockNumbersJump | MeterFault.ZeroLengths | MeterFault.WrongTags | MeterFault.DeepNesting
        | MeterFault.WrongInvokeId | MeterFault.HalfFrames | MeterFault.Garbage;

    /// <summary>All, by name.</summary>
    public static IReadOnlyDictionary<string, MeterFault> ByName { get; } =
        Enum.GetValues<MeterFault>().Where(fault => fault != MeterFault.None).ToDictionary(NameOf, fault => fault);

    /// <summary>The name in a scenario.</summary>
    public static string NameOf(MeterFault fault) => string.Concat(fault.ToString().Select((letter, at) =>
        at > 0 && (char.IsUpper(letter) || (char.IsDigit(letter) && !char.IsDigit(fault.ToString()[at - 1]))) ? "-" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));
}
