using System.Text.Json.Serialization;
using Concentrator.Ports;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Payload of <c>completeness</c>: one part of a task's report. Its identity is task, range, at, part.</summary>
internal sealed record CompletenessMessage(string Task, DateTime After, DateTime Until, DateTime At, int Part, int Parts, IReadOnlyList<CompletenessMeter> Meters)
{
    /// <summary>At most so many meters in a message.</summary>
    internal const int MostMeters = 200;

    /// <summary>And so many ranges, but for a meter that has more: about 80 octets each.</summary>
    internal const int MostRanges = 2000;

    /// <summary>A report as messages, in the order of its meters; at least one.</summary>
    internal static IReadOnlyList<CompletenessMessage> PartsOf(Completeness report)
    {
        var parts = new List<List<CompletenessMeter>> { new() };
        var ranges = 0;
        foreach (var meter in report.Meters)
        {
            if (parts[^1].Count == MostMeters || (parts[^1].Count > 0 && ranges + meter.Missing.Count > MostRanges))
            {
                parts.Add([]);
                ranges = 0;
            }

            parts[^1].Add(new CompletenessMeter(meter.Meter.Text, meter.Profile, meter.PeriodSeconds, meter.Expected, meter.Received, meter.Missing));
            ranges += meter.Missing.Count;
        }

        return [.. parts.Select((meters, index) => new CompletenessMessage(report.Task, report.After, report.Until, report.At, index + 1, parts.Count, meters))];
    }
}

/// <summary>A meter in <c>completeness</c>.</summary>
/// <param name="PeriodS">Seconds from row to row; null where the whole range counts as one, because the period is not known or there is none.</param>
internal sealed record CompletenessMeter(string Meter, string? Profile, int? PeriodS, int Expected, int Received, IReadOnlyList<MissingRange> Missing);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompletenessMessage))]
internal sealed partial class CompletenessJson : JsonSerializerContext;
