namespace Simulation.HeadEnd.Door;

/// <summary>A conversation at the door did not come to its end.</summary>
/// <param name="sentence">Who said or did what.</param>
/// <param name="isRefusal">The other side said no; else it broke off, or spoke nonsense.</param>
public sealed class DoorException(string sentence, bool isRefusal) : Exception(sentence)
{
    /// <summary>The other side said no.</summary>
    public bool IsRefusal { get; } = isRefusal;
}
