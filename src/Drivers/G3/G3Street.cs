using System.Globalization;
using Drivers.Dlms;
using Drivers.Dlms.Street;
using Metering.Keys;

namespace Drivers.G3;

/// <summary>What the meters of the network share: the turns at the modem, and the word to all.</summary>
internal sealed class G3Street : IDisposable
{
    /// <summary>A packet to all is repeated hop by hop after its confirm: the next one leaves room for that.</summary>
    private static readonly TimeSpan BetweenBroadcasts = TimeSpan.FromMilliseconds(400);

    private readonly StreetVoice _voice;
    private readonly ImageCast _images;

    internal G3Street(G3Options options, G3Sender sender, G3DataDesk desk, IKeyRing keys, ICounterStore counters, TimeProvider clock)
    {
        _voice = new StreetVoice(
            options.Dlms.SystemTitle, options.LongestPdu, (client, apdu, stop) => sender.TellAllAsync(DatagramHead.Write(DlmsFraming.Wrapper, client, options.Dlms.Association.Server, apdu), stop), keys, counters);
        _images = new ImageCast(_voice, BetweenBroadcasts, clock);
        Meters = new MeterStreet(desk.Turns, _images);
    }

    /// <summary>For each of them.</summary>
    internal MeterStreet Meters { get; }

    /// <summary>Tells images to all who wait for them, until stopped.</summary>
    internal Task RunAsync(CancellationToken stop) => _images.RunAsync(stop);

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts) => facts["blocksTold"] = _images.Told.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => _voice.Dispose();
}
