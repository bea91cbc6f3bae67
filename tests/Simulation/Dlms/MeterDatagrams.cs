namespace Simulation.Dlms;

/// <summary>A meter's wrapper over datagrams, written from the document: one PDU in each, nothing before it and nothing behind it. What is none gets no answer.</summary>
public static class MeterDatagrams
{
    /// <summary>What a meter answers to a datagram, a datagram each.</summary>
    public static IEnumerable<byte[]> Answers(DlmsMeter meter, byte[] datagram, int logicalDevice = 1)
    {
        var wrapper = new MeterWrapper(logicalDevice);
        var asked = wrapper.Take(datagram).ToArray();
        if (wrapper.IsBroken || asked is not [var (client, apdu)] || datagram.Length != apdu.Length + 8)
        {
            yield break;
        }

        if (meter.Answer(client, apdu) is { } answer)
        {
            yield return wrapper.Wrap(client, answer);
        }
    }
}
