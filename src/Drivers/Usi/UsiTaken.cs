namespace Drivers.Usi;

/// <summary>What a frame was to somebody who waits for an answer.</summary>
public enum UsiTaken
{
    /// <summary>Not the answer.</summary>
    Not,
    /// <summary>A part of it; more is to come.</summary>
    Part,
    /// <summary>The answer, or its last part.</summary>
    Whole,
    /// <summary>It says that nothing more is to be waited for, and goes on to the driver.</summary>
    Seen,
}
