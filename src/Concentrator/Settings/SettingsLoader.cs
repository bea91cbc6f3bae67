namespace Concentrator.Settings;

/// <summary>What came of reading the configuration.</summary>
/// <param name="Settings">Null where there are faults.</param>
/// <param name="Faults">Everything that is wrong, not only the first.</param>
/// <param name="Tree">The effective values with their places.</param>
/// <param name="Files">The files read, in order; later ones win.</param>
internal sealed record SettingsOutcome(BoxSettings? Settings, IReadOnlyList<SettingsFault> Faults, TomlNode.Table Tree, IReadOnlyList<string> Files);

/// <summary>
/// Reads the configuration: the file, its sibling <c>conf.d/*.toml</c> in the order of their names, then <c>CONCENTRATOR__Section__Key</c>. What <c>config check</c>
/// runs is what a start runs.
/// </summary>
internal static class SettingsLoader
{
    internal const string DefaultFile = "/etc/concentrator/concentrator.toml";
    internal const string DefaultState = "/var/lib/concentrator";
    internal const string DefaultSocket = "/run/concentrator/s";
    private const string Prefix = "CONCENTRATOR__";

    internal static SettingsOutcome Load(string? file, string? state, string? socket, IReadOnlyDictionary<string, string> environment)
    {
        var faults = new List<SettingsFault>();
        var tree = new TomlNode.Table(new Place(file ?? DefaultFile, 0, 0), []);
        var files = new List<string>();
        foreach (var path in FilesOf(file ?? DefaultFile, faults))
        {
            files.Add(path);
            try
            {
                tree.Merge(TomlFile.Parse(File.ReadAllText(path), path, faults));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Add(new SettingsFault(new Place(path, 0, 0), $"cannot be read: {e.Message}"));
            }
        }

        TakeEnvironment(tree, environment);
        KeyCheck.Check(tree, faults);
        var stateDirectory = Path.GetFullPath(state ?? DefaultState);
        var socketPath = socket ?? (state is null ? DefaultSocket : Path.Combine(stateDirectory, "s"));
        var settings = faults.Count == 0 ? new SettingsBinder(tree, faults).Bind(stateDirectory, socketPath) : null;
        var text = string.Join('\n', EffectiveValues.Of(tree).Select(value => $"{value.Path} = {EffectiveValues.Text(value.Value)}"));
        return new SettingsOutcome(faults.Count == 0 && settings is not null ? settings with { Text = text } : null, faults, tree, files);
    }

    private static IEnumerable<string> FilesOf(string file, List<SettingsFault> faults)
    {
        if (!File.Exists(file))
        {
            faults.Add(new SettingsFault(new Place(file, 0, 0), "is not there: name the configuration with --config FILE"));
            return [];
        }

        var dropIns = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "conf.d");
        return Directory.Exists(dropIns) ? [file, .. Directory.GetFiles(dropIns, "*.toml").Order(StringComparer.Ordinal)] : [file];
    }

    /// <summary>CONCENTRATOR__http__listen sets [http] listen; names are matched without regard to case against the key table.</summary>
    private static void TakeEnvironment(TomlNode.Table tree, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (variable, text) in environment.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var place = new Place(variable, 0, 0);
            var (table, path) = (tree, "");
            var names = variable[Prefix.Length..].Split("__");
            for (var i = 0; i < names.Length; i++)
            {
                var name = KeyTable.NamesIn(path).FirstOrDefault(known => known.Equals(names[i], StringComparison.OrdinalIgnoreCase)) ?? names[i];
                var key = KeyTable.Find(path, name);
                if (i == names.Length - 1)
                {
                    table.Items[name] = ToNode(key, text, place);
                    break;
                }

                path = key?.Path ?? KeyTable.Join(path, name);
                if (table.Items.GetValueOrDefault(name) is not TomlNode.Table inner)
                {
                    table.Items[name] = inner = new TomlNode.Table(place, []);
                }

                table = inner;
            }
        }
    }

    private static TomlNode ToNode(Key? key, string text, Place place) => key?.Type switch
    {
        KeyType.TextList => new TomlNode.List(place, [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(item => new TomlNode.Scalar(place, item))]),
        KeyType.Number when long.TryParse(text, out var number) => new TomlNode.Scalar(place, number),
        KeyType.Truth when bool.TryParse(text, out var truth) => new TomlNode.Scalar(place, truth),
        _ => new TomlNode.Scalar(place, text),
    };
}
