using Metering.Keys;

namespace Concentrator.Cli.Frames;

/// <summary>The key of one line, for whatever meter; else the keys file.</summary>
internal sealed class LineKeys(IKeyRing? file) : IKeyRing
{
    private byte[]? _key;
    private string? _text;

    public long Version { get; private set; }

    /// <summary>Takes a line's key; false where it is no key.</summary>
    internal bool TryUse(string? hex)
    {
        if (hex == _text)
        {
            return true;
        }

        if (hex is not null && (hex.Length is not (32 or 16) || !hex.All(char.IsAsciiHexDigit)))
        {
            return false;
        }

        _text = hex;
        _key = hex is null ? null : Convert.FromHexString(hex);
        Version++;
        return true;
    }

    public int Find(in KeyName name, Span<byte> destination)
    {
        if (_key is null)
        {
            return file?.Find(name, destination) ?? 0;
        }

        _key.CopyTo(destination);
        return _key.Length;
    }
}
