using System.Globalization;
using Metering;
using Simulation.Truth;

namespace Simulation.Dlms.Push;

/// <summary>One value of a push, as whoever reads it must see it.</summary>
/// <param name="ClassId">COSEM class.</param>
/// <param name="Text">The number without its scaler, or text, or octets in hex.</param>
/// <param name="Scaler">Power of ten.</param>
/// <param name="Unit">Symbol; 1 for none.</param>
internal sealed record PushedValue(int ClassId, Obis Name, int Attribute, string Text, int Scaler = 0, string Unit = "1")
{
    /// <summary>The truth of it.</summary>
    /// <param name="instant">Instant part of the row's key.</param>
    internal TruthLine ToTruth(string meter, string instant, string? fate, DateTime sent) => new(
        meter, "reg", Name.ToString(), ClassId, Attribute, 0, instant, 0, Text, Scaler, Unit, 0, $"{meter}/reg/{instant}/0",
        string.Create(CultureInfo.InvariantCulture, $"{ClassId}/{Name}/{Attribute}.0"), fate, sent);

    /// <summary>The instant of a time that is known in UTC, as keys have it.</summary>
    internal static string Instant(DateTime utc) => utc.ToString(utc.Second == 0 ? "yyyy-MM-ddTHH:mm" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + "Z";
}

/// <summary>One push: its octets and what they say.</summary>
internal sealed record PushOut(byte[] Octets, IReadOnlyList<(string Meter, string Instant, PushedValue Value)> Values)
{
    internal IEnumerable<TruthLine> ToTruth(string? fate, DateTime sent) => Values.Select(one => one.Value.ToTruth(one.Meter, one.Instant, fate, sent));
}
