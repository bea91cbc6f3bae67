namespace Simulation.Dlms;

/// <summary>
/// A gateway to simulated meters, written from the document: takes <c>E6 | network | length | address</c> off a question, asks the meter that has this address, and puts <c>E7</c> and
/// the same in front of its answer. Whom it does not know it answers for.
/// </summary>
public sealed class SimulatedGateway(int longestPdu)
{
    private readonly Dictionary<string, DlmsMeter> _meters = [];

    /// <summary>The longest question it was given, octets.</summary>
    public int LongestQuestion { get; private set; }

    /// <summary>Puts a meter into a network.</summary>
    public void Add(byte network, byte[] address, DlmsMeter meter) => _meters[KeyOf(network, address)] = meter;

    /// <summary>The answer to a client; null where it gets none.</summary>
    public byte[]? Answer(int client, byte[] apdu)
    {
        LongestQuestion = Math.Max(LongestQuestion, apdu.Length);
        if (apdu.Length > longestPdu)
        {
            return [0xD8, 0x02, 0x04]; // PDU too long
        }

        if (apdu is not [0xE6, var network, < 0x80 and var length, ..] || apdu.Length < 3 + length)
        {
            return [0xD8, 0x01, 0x02]; // it has no logical device of its own to speak with
        }

        if (!_meters.TryGetValue(KeyOf(network, apdu[3..(3 + length)]), out var meter))
        {
            return [0xD8, 0x01, 0x01];
        }

        return meter.Answer(client, apdu.AsMemory(3 + length)) is { } answer ? [0xE7, .. apdu[1..(3 + length)], .. answer] : null;
    }

    private static string KeyOf(byte network, byte[] address) => $"{network}/{Convert.ToHexString(address)}";
}
