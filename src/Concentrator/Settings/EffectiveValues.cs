namespace Concentrator.Settings;

/// <summary>The values of a configuration one by one: <c>driver[0].port = "/dev/ttyUSB0"</c>. Holds no secret: these stand in files of their own.</summary>
internal static class EffectiveValues
{
    /// <summary>Path and value, in the order they stand.</summary>
    internal static IEnumerable<(string Path, TomlNode.Scalar Value)> Of(TomlNode node, string path = "") => node switch
    {
        TomlNode.Table table => table.Items.SelectMany(item => Of(item.Value, KeyTable.Join(path, item.Key))),
        TomlNode.List list => list.Items.SelectMany((item, index) => Of(item, $"{path}[{index}]")),
        TomlNode.Scalar scalar => [(path, scalar)],
        _ => [],
    };

    /// <summary>A value as it is written.</summary>
    internal static string Text(TomlNode.Scalar value) => value.Content is string text ? $"\"{text}\"" : FormattableString.Invariant($"{value.Content}");
}
