using Concentrator.Settings;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Push;
using Protocols.MBus;

namespace Concentrator.Composition;

/// <summary>Decodes again what the ledger holds, as the driver it came through would: telegrams, and pushes with what is known of that port.</summary>
internal sealed class KeptDecoders(IReadOnlyList<DriverSettings> drivers, IKeyRing keys) : IDisposable
{
    private readonly TelegramReceiver _telegrams = new(keys, new OnceHeard());
    private readonly Dictionary<string, PushReceiver> _pushes = [];

    internal IReadOnlyList<DriverEvent> Receive(ReadOnlyMemory<byte> octets, LinkFacts link, BoxTime at)
    {
        if (link.Protocol is not ("dlms" or "p1"))
        {
            return [_telegrams.Receive(octets, link, at)];
        }

        if (drivers.FirstOrDefault(driver => driver.Name == link.Source) is not { Dlms.OnlyHears: true } driver)
        {
            return []; // an answer, or of a port that is no more
        }

        var receiver = _pushes.TryGetValue(link.Source, out var known) ? known : _pushes[link.Source] = new PushReceiver(PushPortSettings.PushOf(driver.Dlms), keys, new OnceHeard());
        return receiver.Receive(octets, new PushPeer(), link, at).Events;
    }

    public void Dispose()
    {
        _telegrams.Dispose();
        foreach (var receiver in _pushes.Values)
        {
            receiver.Dispose();
        }
    }
}
