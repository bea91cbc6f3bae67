using Protocols.Dlms.Push;

namespace Drivers.Dlms;

/// <summary>The push layouts that come with the box: data files, one kind of meter each.</summary>
public static class PushLayouts
{
    private static readonly string[] Names = ["kaifa-nve", "kaifa-nve-1", "kamstrup", "landis-gyr-e450", "kaifa-austria", "sagemcom-xt211"];
    private static readonly Lazy<IReadOnlyList<PushLayout>> Read = new(() => [.. Names.Select(Find)]);

    /// <summary>All of them, in the order they are tried.</summary>
    /// <exception cref="InvalidDataException">A data file is wrong: which line.</exception>
    public static IReadOnlyList<PushLayout> All => Read.Value;

    private static PushLayout Find(string name)
    {
        using var stream = typeof(PushLayouts).Assembly.GetManifestResourceStream($"{name}.push") ?? throw new InvalidDataException($"there is no push layout {name}");
        using var text = new StreamReader(stream);
        return PushLayout.Parse(text.ReadToEnd(), out var fault) ?? throw new InvalidDataException($"{name}: {fault}");
    }
}
