namespace Simulation.Dlms;

/// <summary>A meter's wrapper over datagrams, written from the document: one PDU in each, nothing before it and nothing behind it. What is none gets no answer.</summary>
public static class MeterDatagrams
{
    /// <summary>What a meter answers to a datagram, a datagram each.</summary>
    public static IEnumerable<byte[]> Answers(DlmsMeter meter, byte[] datagram, int logicalDevice = 1)
    {
        if (Read(datagram, logicalDevice) is var (client, apdu) && meter.Answer(client, apdu) is { } answer)
        {
            yield return new MeterWrapper(logicalDevice).Wrap(client, answer);
        }
    }

    /// <summary>The client and the APDU in a datagram for a logical device; null where it is none, or there is more in it.</summary>
    public static (int Client, byte[] Apdu)? Read(byte[] datagram, int logicalDevice = 1)
    {
        var wrapper = new MeterWrapper(logicalDevice);
        var asked = wrapper.Take(datagram).ToArray();
        return !wrapper.IsBroken && asked is [var (client, apdu)] && datagram.Length == apdu.Length + 8 ? (client, apdu) : null;
    }
}
