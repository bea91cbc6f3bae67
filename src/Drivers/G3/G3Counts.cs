using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>What the MAC of the coordinator counts, as class 90 of IEC 62056-6-2 has it. Nothing depends on it.</summary>
internal sealed class G3Counts(G3Modem modem)
{
    private static readonly (string Name, uint Id)[] Asked =
    [
        ("dataSent", MacAttribute.SentData), ("dataReceived", MacAttribute.ReceivedData), ("commandsSent", MacAttribute.SentCommands), ("commandsReceived", MacAttribute.ReceivedCommands),
        ("channelAccessFailures", MacAttribute.ChannelAccessFailures), ("noAcknowledgements", MacAttribute.NoAcknowledgements), ("macBadChecksums", MacAttribute.BadChecksums),
        ("broadcastsSent", MacAttribute.SentBroadcasts), ("broadcastsReceived", MacAttribute.ReceivedBroadcasts),
    ];

    private readonly ConcurrentDictionary<string, string> _counts = [];

    /// <summary>Reads them; one that the modem does not tell is not there.</summary>
    internal async ValueTask ReadAsync(CancellationToken stop)
    {
        foreach (var (name, id) in Asked)
        {
            var told = await modem.GetAsync(AttributeGet.Mac(id), stop).ConfigureAwait(false);
            if (told.Status == (byte)MacStatus.Success && told.Value.Length == sizeof(uint))
            {
                _counts[name] = BinaryPrimitives.ReadUInt32BigEndian(told.Value.Span).ToString(CultureInfo.InvariantCulture);
            }
            else
            {
                _counts.TryRemove(name, out _);
            }
        }
    }

    /// <summary>For people, and for head-ends.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        foreach (var (name, count) in _counts)
        {
            facts[name] = count;
        }
    }
}
