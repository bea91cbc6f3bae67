namespace Simulation.Plc.G3;

/// <summary>What a slot of the bootstrap is for.</summary>
internal enum G3JoiningKind
{
    Join, Distribute, Activate,
}

/// <summary>One slot of the bootstrap: a node whose keys are being exchanged, or that waits for the host.</summary>
/// <param name="Until">It is free again then, whatever happens.</param>
internal sealed record G3Joining(G3Node Node, G3JoiningKind Kind, DateTime Until)
{
    /// <summary>The key the modem had when the host assigned the address: the exchange goes on with it.</summary>
    public byte[] Psk { get; init; } = [];

    /// <summary>The address the host assigned; null while it has not.</summary>
    public ushort? Short { get; init; }
}
