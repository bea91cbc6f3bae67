using System.Buffers.Text;
using System.Text;

namespace Substation;

/// <summary>A secret that must be found nowhere, in every form somebody might write it down in.</summary>
internal sealed class Canary
{
    private readonly List<(string Form, byte[] Octets)> _forms = [];

    internal Canary(string name, byte[] secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 10, name); // what is shorter is not told from chance
        Name = name;
        Add("as octets", secret);
        var hex = Convert.ToHexString(secret);
        foreach (var (form, text) in new[] { ("hex", hex), ("hex with hyphens", BitConverter.ToString(secret)), ("hex with spaces", string.Join(' ', secret.Select(one => one.ToString("X2")))), ("hex with colons", string.Join(':', secret.Select(one => one.ToString("X2")))) })
        {
            Add(form + " in capitals", Encoding.ASCII.GetBytes(text));
            Add(form + " in small letters", Encoding.ASCII.GetBytes(text.ToLowerInvariant()));
        }

        for (var before = 0; before < 3; before++) // wherever it stands among other octets
        {
            byte[] padded = [.. new byte[before], .. secret];
            var (first, last) = (((before * 8) + 5) / 6, (before + secret.Length) * 8 / 6);
            Add($"base64, {before} octets behind a group", Encoding.ASCII.GetBytes(Convert.ToBase64String(padded)[first..last]));
            Add($"base64url, {before} octets behind a group", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(padded)[first..last]));
        }

        if (secret.All(one => one is >= 0x20 and < 0x7F))
        {
            Add("JSON as a list of numbers", Encoding.ASCII.GetBytes(string.Join(',', secret)));
        }
    }

    internal string Name { get; }

    /// <summary>In which form it stands there; null for none.</summary>
    internal string? FormIn(ReadOnlySpan<byte> octets)
    {
        foreach (var (form, wanted) in _forms)
        {
            if (octets.IndexOf(wanted) >= 0)
            {
                return form;
            }
        }

        return null;
    }

    /// <summary>Every form, for the proof that the search finds it.</summary>
    internal IEnumerable<(string Form, byte[] Octets)> Forms => _forms;

    private void Add(string form, byte[] octets) => _forms.Add((form, octets));
}
