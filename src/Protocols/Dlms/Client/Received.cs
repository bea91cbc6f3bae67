using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>An APDU of the other side, its blocks put together and deciphered.</summary>
/// <param name="Service">The service; null where it did not come to one.</param>
/// <param name="Octets">Its octets.</param>
/// <param name="Sentence">What is wrong with it.</param>
internal readonly record struct Received(Reception Reception, Pdu? Service, ReadOnlyMemory<byte> Octets, string? Sentence);
