using System.Globalization;
using Concentrator.Ports;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>The keys that a head-end's key server gives a meter of a run.</summary>
internal static class NewKeys
{
    private static readonly byte[] Guek = Drawn(1), Gak = Drawn(2), Gbek = Drawn(3), Secret = Drawn(4);

    /// <summary>The key that the box has of the device on a meter's second channel.</summary>
    internal static byte[] OfChannel { get; } = Drawn(5);

    /// <summary>The device on a meter's second channel.</summary>
    internal static string ChannelOf(DlmsMeter meter) => string.Create(CultureInfo.InvariantCulture, $"SEN-{20_000_000 + meter.Plan.Number}-1B-07");

    /// <summary>Every key that is on its way or was a meter's, to be looked for where none may stand.</summary>
    internal static IReadOnlyList<Canary> Canaries(MeterKeys old) =>
    [
        new("the new guek", Guek), new("the new gak", Gak), new("the new gbek", Gbek), new("the new secret", Secret),
        new("the old guek", old.Guek), new("the old gak", old.Gak), new("the old gbek", old.Gbek), new("the old secret", old.Secret), new("the key of the channel", OfChannel),
    ];

    /// <summary>The <c>args</c> of an order that brings some of them, sealed to the box and wrapped for the meter.</summary>
    internal static string Args(DlmsMeter meter, BoxPublicKey box, params string[] purposes) =>
        SealedOrder.Args(box, OrderWorld.Id, meter.Name, meter.Keys.Kek, purposes.Select(purpose => (purpose, Of(purpose))).ToArray());

    /// <summary>Which keys a meter has.</summary>
    internal static string StateOf(DlmsMeter meter)
    {
        (string Name, byte[] Key)[] keys = [("guek", meter.Keys.Guek), ("gak", meter.Keys.Gak), ("gbek", meter.Keys.Gbek), ("hls", meter.Keys.Secret)];
        return string.Join(' ', keys.Where(one => one.Key.AsSpan().SequenceEqual(Of(one.Name))).Select(one => one.Name));
    }

    private static byte[] Of(string purpose) => purpose switch { "guek" => Guek, "gak" => Gak, "gbek" => Gbek, _ => Secret };

    private static byte[] Drawn(int which)
    {
        var key = new byte[16];
        new Random(which * 65_537).NextBytes(key);
        return key;
    }
}
