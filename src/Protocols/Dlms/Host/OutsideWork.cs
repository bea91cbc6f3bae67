namespace Protocols.Dlms.Host;

/// <summary>What a client asked of an object that carries it out outside: the answer waits for it.</summary>
/// <param name="Object">Of which object.</param>
/// <param name="Member">Attribute or method.</param>
/// <param name="IsMethod">A method, and no attribute.</param>
/// <param name="Value">One Data; null for a method without parameters. Holds until the client is answered.</param>
public sealed record OutsideWork(CosemObject Object, int Member, bool IsMethod, ReadOnlyMemory<byte>? Value);
