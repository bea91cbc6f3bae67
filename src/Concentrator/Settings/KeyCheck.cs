namespace Concentrator.Settings;

/// <summary>Holds a tree against the key table: unknown keys (with "did you mean"), wrong types, texts that are none of the choices.</summary>
internal static class KeyCheck
{
    internal static void Check(TomlNode.Table table, List<SettingsFault> faults) => Check(table, "", faults);

    private static void Check(TomlNode.Table table, string path, List<SettingsFault> faults)
    {
        foreach (var (name, node) in table.Items)
        {
            var key = KeyTable.Find(path, name);
            if (key is null)
            {
                faults.Add(new SettingsFault(node.Place, Unknown(path, name)));
                continue;
            }

            CheckValue(key, name, node, faults);
            switch (node)
            {
                case TomlNode.Table inner when key.Type == KeyType.Table:
                    Check(inner, key.Path, faults);
                    break;
                case TomlNode.List list when key.Type == KeyType.TableList:
                    foreach (var item in list.Items.OfType<TomlNode.Table>())
                    {
                        Check(item, key.Path + "[]", faults);
                    }

                    break;
            }
        }
    }

    private static void CheckValue(Key key, string name, TomlNode node, List<SettingsFault> faults)
    {
        var fits = (key.Type, node) switch
        {
            (KeyType.Text, TomlNode.Scalar { Content: string }) => true,
            (KeyType.Number, TomlNode.Scalar { Content: long }) => true,
            (KeyType.Truth, TomlNode.Scalar { Content: bool }) => true,
            (KeyType.TextList, TomlNode.List list) => list.Items.All(item => item is TomlNode.Scalar { Content: string }),
            (KeyType.Table, TomlNode.Table) => true,
            (KeyType.TableList, TomlNode.List list) => list.Items.All(item => item is TomlNode.Table),
            _ => false,
        };
        if (!fits)
        {
            faults.Add(new SettingsFault(node.Place, $"{name} wants {Words(key.Type)}: {key.Meaning}"));
        }
        else if (key.Choices.Length > 0 && node is TomlNode.Scalar { Content: string text } && !key.Choices.Contains(text))
        {
            faults.Add(new SettingsFault(node.Place, $"{name} = \"{text}\" is not possible in this version; possible: {string.Join(", ", key.Choices)}"));
        }
    }

    private static string Unknown(string path, string name)
    {
        var names = KeyTable.NamesIn(path).ToList();
        var near = names.Select(known => (Name: known, Distance: Distance(known, name))).OrderBy(candidate => candidate.Distance).FirstOrDefault();
        var where = path.Length == 0 ? "at the top level" : $"in [{path.Replace("[]", "", StringComparison.Ordinal)}]";
        return near.Name is not null && near.Distance <= Math.Max(2, name.Length / 3)
            ? $"\"{name}\" is not known {where}; did you mean \"{near.Name}\"?"
            : $"\"{name}\" is not known {where}; known are {string.Join(", ", names)}";
    }

    private static string Words(KeyType type) => type switch
    {
        KeyType.Text => "a text in quotes",
        KeyType.Number => "a whole number",
        KeyType.Truth => "true or false",
        KeyType.TextList => "a list of texts",
        KeyType.Table => "a table",
        _ => "tables ([[...]])",
    };

    /// <summary>How many letters must be changed, put in or left out.</summary>
    internal static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
