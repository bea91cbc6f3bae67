using System.Text;
using Substation;

namespace Unit.Campaigns;

/// <summary>Everything that leaves the box or stays behind on its disk, by name; and which secret stands in it.</summary>
internal sealed class SecretSurfaces
{
    private readonly List<(string Name, byte[] Octets)> _all = [];

    /// <summary>What was looked at, and how much of it.</summary>
    internal IEnumerable<(string Kind, int Count, long Octets)> Sums => _all.GroupBy(one => one.Name.Split(' ')[0]).Select(kind => (kind.Key, kind.Count(), kind.Sum(one => (long)one.Octets.Length)));

    internal void Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    internal void Add(string name, byte[] octets) => _all.Add((name, octets));

    internal void AddFiles(string kind, string directory, params string[] except)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(file => !except.Contains(Path.GetFileName(file))))
        {
            Add($"{kind} {Path.GetRelativePath(directory, file)}", File.ReadAllBytes(file));
        }
    }

    /// <summary>Each secret that stands somewhere: which, where, in which form. Never the secret.</summary>
    internal List<string> Findings(IReadOnlyList<Canary> canaries)
    {
        var found = new List<string>();
        foreach (var (name, octets) in _all)
        {
            found.AddRange(canaries.Select(canary => (canary.Name, Form: canary.FormIn(octets))).Where(one => one.Form is not null).Select(one => $"{one.Name} stands in {name}, {one.Form}"));
        }

        return found;
    }
}
