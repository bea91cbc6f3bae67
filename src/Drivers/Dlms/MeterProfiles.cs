using System.Collections.Concurrent;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>The meter profiles that come with the box: data files, one kind of meter each.</summary>
public static class MeterProfiles
{
    private static readonly ConcurrentDictionary<string, MeterProfile> Read = new();

    /// <summary>Names of those that come with the box.</summary>
    public static IReadOnlyList<string> Names { get; } = ["plain", "idis", "dsmr", "prime"];

    /// <summary>The profile of a kind of meter as a shipment list names it; another one where none is named, or none that is here.</summary>
    public static MeterProfile OfKind(string? kind, MeterProfile otherwise) => kind is not null && Names.Contains(kind) ? Find(kind) : otherwise;

    /// <summary>A profile by its name.</summary>
    /// <exception cref="InvalidDataException">The data file is wrong: which line.</exception>
    public static MeterProfile Find(string name) => Read.GetOrAdd(name, static wanted =>
    {
        using var stream = typeof(MeterProfiles).Assembly.GetManifestResourceStream($"{wanted}.meter") ?? throw new InvalidDataException($"there is no meter profile {wanted}");
        using var text = new StreamReader(stream);
        return MeterProfile.Parse(text.ReadToEnd(), out var fault) ?? throw new InvalidDataException(fault);
    });
}
