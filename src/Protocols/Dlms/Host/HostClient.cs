namespace Protocols.Dlms.Host;

/// <summary>What a host grants to a client SAP.</summary>
/// <param name="Sap">Client SAP.</param>
/// <param name="Mechanism">Authentication mechanism it must use.</param>
/// <param name="IsCiphered">It must use the ciphered application context.</param>
/// <param name="Password">Password of mechanism 1.</param>
/// <param name="Rights">What it may do with an object.</param>
/// <param name="IsPreEstablished">Its association is there without AARQ, and unconfirmed services are taken.</param>
/// <param name="UsesShortNames">It names variables by short names.</param>
/// <param name="Title">System title of a pre-established client, since no AARQ tells it.</param>
public sealed record HostClient(
    int Sap, int Mechanism, bool IsCiphered, ReadOnlyMemory<byte> Password, Func<CosemObject, AccessRight> Rights, bool IsPreEstablished = false, ReadOnlyMemory<byte> Title = default,
    bool UsesShortNames = false);

/// <summary>What a host offers to everybody.</summary>
/// <param name="LongestPdu">The longest APDU it takes and sends, octets.</param>
/// <param name="Conformance">Services it offers.</param>
/// <param name="ChallengeLength">Octets of its challenges.</param>
/// <param name="PrefersGeneralBlocks">Long answers go in general blocks where the client has them, ciphered as a whole; else in the blocks of their service.</param>
/// <param name="BlockWindow">General blocks it takes before it acknowledges, 1 to 63.</param>
public sealed record HostOptions(int LongestPdu = 1024, uint Conformance = 0x60FEDF, int ChallengeLength = 16, bool PrefersGeneralBlocks = false, int BlockWindow = 8);
