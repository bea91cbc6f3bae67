namespace Concentrator.Settings;

/// <summary>Where something stands: file, line and column from 1; the name of the variable for the environment.</summary>
internal sealed record Place(string File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}

/// <summary>One thing that is wrong with the configuration: where, what, what to do.</summary>
internal sealed record SettingsFault(Place Place, string Sentence)
{
    public override string ToString() => $"{Place}: {Sentence}";
}

/// <summary>A configuration value and where it stands.</summary>
internal abstract record TomlNode(Place Place)
{
    /// <summary>A text, whole number, real number, truth value or date, as it was written.</summary>
    internal sealed record Scalar(Place Place, object Content) : TomlNode(Place);

    /// <summary>A list.</summary>
    internal sealed record List(Place Place, List<TomlNode> Items) : TomlNode(Place);

    /// <summary>A table: names in the order they were written.</summary>
    internal sealed record Table(Place Place, Dictionary<string, TomlNode> Items) : TomlNode(Place)
    {
        /// <summary>Takes what a later file says: its scalars and lists win, tables are merged, lists of tables are appended.</summary>
        internal void Merge(Table later)
        {
            foreach (var (name, node) in later.Items)
            {
                switch (Items.GetValueOrDefault(name), node)
                {
                    case (Table mine, Table theirs):
                        mine.Merge(theirs);
                        break;
                    case (List mine, List theirs) when mine.Items.All(item => item is Table) && theirs.Items.All(item => item is Table):
                        mine.Items.AddRange(theirs.Items);
                        break;
                    default:
                        Items[name] = node;
                        break;
                }
            }
        }
    }
}
