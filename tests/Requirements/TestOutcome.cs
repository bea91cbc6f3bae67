namespace Requirements;

/// <summary>How a test ended: the worst of its cases.</summary>
internal enum TestOutcome : byte
{
    /// <summary>It did not run, or was left out.</summary>
    Skipped,
    /// <summary>All of its cases that ran passed.</summary>
    Passed,
    /// <summary>One of its cases at least failed.</summary>
    Failed,
}
