using System.Collections.Concurrent;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>The meter profiles that come with the box: data files, one kind of meter each.</summary>
public static class MeterProfiles
{
    private static readonly ConcurrentDictionary<string, MeterProfile> Read = new();

    /// <summary>Names of those that come with the box.</summary>
    public static IReadOnlyList<string> Names { get; } = ["plain", "idis", "dsmr", "prime"];

    /// <summary>A profile by its name.</summary>
    /// <exception cref="InvalidDataException">The data file is wrong: which line.</exception>
    public static MeterProfile Find(string name) => Read.GetOrAdd(name, static wanted =>
    {
        using var stream = typeof(MeterProfiles).Assembly.GetManifestResourceStream($"{wanted}.meter") ?? throw new InvalidDataException($"there is no meter profile {wanted}");
        using var text = new StreamReader(stream);
        return MeterProfile.Parse(text.ReadToEnd(), out var fault) ?? throw new InvalidDataException(fault);
    });
}
