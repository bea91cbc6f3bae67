using System.Diagnostics.CodeAnalysis;

namespace Protocols.Dlms.Model.Classes;

/// <summary>The interface classes, out of the data file cosem.classes: a line an attribute or a method.</summary>
public sealed class CosemClasses
{
    private static readonly Lazy<CosemClasses> Shipped = new(static () =>
        Parse(ModelFiles.Text("cosem.classes"), out var fault) ?? throw new InvalidDataException(fault));

    private readonly Dictionary<ushort, List<CosemClass>> _classes = [];
    private readonly Dictionary<string, CosemType> _types = [];
    private CosemClass? _last;

    /// <summary>Those that come with the box.</summary>
    public static CosemClasses All => Shipped.Value;

    /// <summary>Every class in every version, in the order of the file.</summary>
    public IEnumerable<CosemClass> List => _classes.Values.SelectMany(versions => versions);

    /// <summary>A class. Of a version that is not known the next lower one, else the lowest: what a class has, a later version has too.</summary>
    /// <param name="version">Null for the latest.</param>
    /// <returns>Null where the class is not known.</returns>
    public CosemClass? Find(ushort id, byte? version = null)
    {
        if (!_classes.TryGetValue(id, out var versions))
        {
            return null;
        }

        return version is null ? versions[^1] : versions.FindLast(one => one.Version <= version) ?? versions[0];
    }

    /// <summary>Reads a data file; the fault says which line is wrong.</summary>
    public static CosemClasses? Parse(string text, out string? fault)
    {
        var classes = new CosemClasses();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split('#')[0].Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0 && !classes.Take(words))
            {
                fault = $"line {number} of the interface classes is not understood: {line.Trim()}";
                return null;
            }
        }

        fault = null;
        return classes;
    }

    private bool Take(string[] words)
    {
        if (words.Length < 3)
        {
            return false;
        }

        switch (words[0])
        {
            case "type":
                return TryType(words[2], out var named) && _types.TryAdd(words[1], named);
            case "class":
                var rest = words[2].Split(' ', 2, StringSplitOptions.TrimEntries);
                if (!ushort.TryParse(words[1], out var id) || rest.Length < 2 || !byte.TryParse(rest[0], out var version))
                {
                    return false;
                }

                var isOpen = rest[1].EndsWith(" open", StringComparison.Ordinal);
                var versions = _classes.TryGetValue(id, out var known) ? known : _classes[id] = [];
                _last = new CosemClass(id, version, isOpen ? rest[1][..^5] : rest[1], isOpen, new List<ClassMember>(), new List<ClassMember>());
                versions.Add(_last);
                return versions.Count < 2 || versions[^2].Version < version;
            default:
                var isMethod = words[0][0] == 'm';
                if (_last is null || !int.TryParse(isMethod ? words[0].AsSpan(1) : words[0], out var number) || !TryType(words[2], out var type))
                {
                    return false;
                }

                var members = (List<ClassMember>)(isMethod ? _last.Methods : _last.Attributes);
                members.Add(new ClassMember(number, words[1], type));
                return members.Count < 2 || members[^2].Number < number;
        }
    }

    private bool TryType(string text, [NotNullWhen(true)] out CosemType? type) => (type = CosemType.Parse(text, _types)) is not null;
}
