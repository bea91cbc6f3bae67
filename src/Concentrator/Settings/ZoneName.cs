namespace Concentrator.Settings;

/// <summary>The name of a time zone in a table, as the system's zone files know it.</summary>
internal sealed class ZoneName(List<SettingsFault> faults)
{
    private const string Name = "zone";

    /// <summary>The zone; null where none is set, or the name is none.</summary>
    internal TimeZoneInfo? In(TomlNode.Table table)
    {
        if (!table.Items.TryGetValue(Name, out var node) || node is not TomlNode.Scalar { Content: string text })
        {
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone))
        {
            return zone;
        }

        var known = TimeZoneInfo.GetSystemTimeZones().Select(one => one.Id).ToList();
        var near = known.Select(one => (Id: one, Distance: KeyCheck.Distance(one, text))).OrderBy(one => one.Distance).FirstOrDefault();
        faults.Add(new SettingsFault(node.Place, known.Count < 2 ? $"{Name} = \"{text}\": this system has no time zones; install its tzdata package"
            : near.Distance <= Math.Max(2, text.Length / 3) ? $"{Name} = \"{text}\" is no time zone; did you mean \"{near.Id}\"?"
            : $"{Name} = \"{text}\" is no time zone; it wants a name such as Europe/Madrid"));
        return null;
    }
}
