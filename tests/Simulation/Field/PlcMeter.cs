using Simulation.Dlms;
using Simulation.Plc.Medium;
using Simulation.Scenarios;

namespace Simulation.Field;

/// <summary>A meter on a power line, as its owner has it in his lists.</summary>
/// <param name="KeyName">What the key of its node is called: psk or duk.</param>
/// <param name="NodeKey">The key of its node as the node has it; empty for none.</param>
/// <param name="Faults">What is wrong with it, by name.</param>
/// <param name="IsReachable">It is in the network now, and there.</param>
public sealed record PlcMeter(PlcNode Place, DlmsMeter Meter, string KeyName, byte[] NodeKey, IReadOnlyList<string> Faults, Func<bool> IsReachable)
{
    /// <summary>The key of its node as the owner has it; empty for none.</summary>
    public byte[] ListedKey =>
        NodeKey.Length == 0 || Faults.Contains(PlcGroup.NodeKeyMissing) ? []
        : Faults.Contains(PlcGroup.NodeKeyWrong) ? [(byte)(NodeKey[0] ^ 0xFF), .. NodeKey[1..]] : NodeKey;

    /// <summary>Lines of a keys file.</summary>
    public IEnumerable<string> KeyLines =>
        [.. Faults.Contains(PlcGroup.KeyMissing) ? [] : Meter.KeyLines, .. ListedKey is { Length: > 0 } key ? (string[])[$"{Place.Eui} {KeyName}={Convert.ToHexString(key)}"] : []];
}
