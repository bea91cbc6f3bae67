namespace Protocols.Dlms.Model.Classes;

/// <summary>Data files that stand inside the assembly.</summary>
internal static class ModelFiles
{
    internal static string Text(string name)
    {
        using var stream = typeof(ModelFiles).Assembly.GetManifestResourceStream(name) ?? throw new InvalidDataException($"there is no data file {name}");
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }
}
