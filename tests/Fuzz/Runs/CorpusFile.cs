namespace Fuzz.Runs;

/// <summary>Good inputs in a file, a line of hex each.</summary>
internal static class CorpusFile
{
    /// <summary>A family's inputs and those of a file that are not among them and not longer than wanted.</summary>
    internal static List<byte[]> With(IReadOnlyList<byte[]> corpus, string? path, int longest)
    {
        var all = corpus.ToList();
        if (path is not null && File.Exists(path))
        {
            var known = all.Select(Convert.ToHexString).ToHashSet();
            all.AddRange(File.ReadLines(path).Where(line => line.Length <= 2 * longest && known.Add(line)).Select(Convert.FromHexString));
        }

        return all;
    }

    internal static void Write(string path, IEnumerable<byte[]> corpus) => File.WriteAllLines(path, corpus.Select(Convert.ToHexString));
}
