using Metering.Driver;
using Metering.Orders;

namespace Concentrator.Upstream.Mqtt;

/// <summary>
/// How urgent a meter's event is. By the log it stands in, for logs are what makers agree on: fraud is an alarm, power quality and disconnector are warnings, the rest is information;
/// and by the number where the set is known: what says that a meter is broken or attacked is an alarm wherever it stands.
/// </summary>
internal static class EventSeverity
{
    /// <summary>Memory, watchdog and measurement errors, covers, magnetic field, failed authentication, replay (IDIS and DSMR numbers).</summary>
    private static readonly HashSet<int> Alarms = [12, 13, 14, 15, 16, 40, 42, 44, 46, 49, 50];

    /// <summary>Power, clock, battery, keys and parameters (IDIS and DSMR numbers).</summary>
    private static readonly HashSet<int> Warnings = [1, 5, 6, 7, 8, 47, 48, 62, 64, 65];

    internal static string Of(MeterEvent one) =>
        one.Log is { C: 97, D: 98 } ? "alarm" // a bit of an alarm register
        : one is { Set: "own", Number: (int)RightsEvent.Exposed } ? "alarm"
        : one.Set == "own" ? (ClockEvent)one.Number switch { ClockEvent.BeyondWindow => "alarm", ClockEvent.Set => "warning", _ => "info" }
        : one.Set is "idis" or "dsmr" ? Alarms.Contains(one.Number) ? "alarm" : Warnings.Contains(one.Number) ? "warning" : "info"
        : one.Log is { C: 99, D: 98, E: 1 } ? "alarm" : one.Log is { C: 99, D: 98, E: 2 } ? "warning" : "info";
}
