using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Concentrator.Settings;

/// <summary>Reads a TOML text into a tree that knows the place of everything.</summary>
internal sealed class TomlFile(string path, List<SettingsFault> faults)
{
    /// <summary>The tree; what could not be read is in the faults.</summary>
    internal static TomlNode.Table Parse(string text, string path, List<SettingsFault> faults) => new TomlFile(path, faults).Parse(text);

    private TomlNode.Table Parse(string text)
    {
        var root = new TomlNode.Table(new Place(path, 1, 1), []);
        var document = SyntaxParser.Parse(text, path, true);
        if (document.HasErrors)
        {
            faults.AddRange(document.Diagnostics.Select(fault => new SettingsFault(At(fault.Span), fault.Message)));
            return root;
        }

        Take(document.KeyValues, root);
        foreach (var table in document.Tables)
        {
            var keys = KeysOf(table.Name!);
            var parent = Descend(root, keys.AsSpan(..^1));
            var opened = new TomlNode.Table(PlaceOf(table.Name!), []);
            if (table is TableArraySyntax)
            {
                if (parent.Items.GetValueOrDefault(keys[^1]) is not TomlNode.List list)
                {
                    parent.Items[keys[^1]] = list = new TomlNode.List(opened.Place, []);
                }

                list.Items.Add(opened);
            }
            else if (parent.Items.GetValueOrDefault(keys[^1]) is TomlNode.Table existing)
            {
                opened = existing;
            }
            else
            {
                parent.Items[keys[^1]] = opened;
            }

            Take(table.Items, opened);
        }

        return root;
    }

    private void Take(IEnumerable<KeyValueSyntax> pairs, TomlNode.Table into)
    {
        foreach (var pair in pairs)
        {
            var keys = KeysOf(pair.Key!);
            Descend(into, keys.AsSpan(..^1)).Items[keys[^1]] = ToNode(pair.Value!, PlaceOf(pair.Key!));
        }
    }

    private static TomlNode.Table Descend(TomlNode.Table from, ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            from = from.Items.GetValueOrDefault(key) switch
            {
                TomlNode.Table table => table,
                TomlNode.List { Items: [.., TomlNode.Table last] } => last,
                _ => (TomlNode.Table)(from.Items[key] = new TomlNode.Table(from.Place, [])),
            };
        }

        return from;
    }

    private TomlNode ToNode(ValueSyntax value, Place place)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return new TomlNode.Scalar(place, text.Value ?? "");
            case IntegerValueSyntax number:
                return new TomlNode.Scalar(place, number.Value);
            case FloatValueSyntax real:
                return new TomlNode.Scalar(place, real.Value);
            case BooleanValueSyntax truth:
                return new TomlNode.Scalar(place, truth.Value);
            case ArraySyntax array:
                return new TomlNode.List(place, [.. array.Items.Select(item => ToNode(item.Value!, PlaceOf(item)))]);
            case InlineTableSyntax inline:
                var table = new TomlNode.Table(place, []);
                Take(inline.Items.Select(item => item.KeyValue!), table);
                return table;
            default:
                return new TomlNode.Scalar(place, value.ToString().Trim());
        }
    }

    private static string[] KeysOf(KeySyntax key) => [Text(key.Key!), .. key.DotKeys.Select(dotted => Text(dotted.Key!))];

    private static string Text(BareKeyOrStringValueSyntax key) =>
        key is StringValueSyntax text ? text.Value ?? "" : ((BareKeySyntax)key).Key?.Text ?? key.ToString().Trim();

    private Place PlaceOf(SyntaxNode node) => At(node.Span);

    private Place At(SourceSpan span) => new(path, span.Start.Line + 1, span.Start.Column + 1);
}
