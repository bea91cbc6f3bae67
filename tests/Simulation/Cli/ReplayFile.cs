namespace Simulation.Cli;

/// <summary>Recorded telegrams: hex a line, or <c>telegram=|HEX|...</c>; other lines are skipped.</summary>
internal static class ReplayFile
{
    internal static IEnumerable<byte[]> Read(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            var text = line.StartsWith("telegram=|", StringComparison.Ordinal) ? line[10..].Split('|')[0] : line.Trim();
            text = text.Replace("_", "", StringComparison.Ordinal);
            if (text.Length >= 24 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
            {
                yield return Convert.FromHexString(text);
            }
        }
    }
}
