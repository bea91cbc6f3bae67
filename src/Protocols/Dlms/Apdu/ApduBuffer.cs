namespace Protocols.Dlms.Apdu;

/// <summary>Octets that grow at the end: what APDUs are written into. Cleared, it is used again without garbage.</summary>
public sealed class ApduBuffer
{
    private byte[] _octets = new byte[128];
    private int _length;

    /// <summary>What was written; it holds until the next writing.</summary>
    public ReadOnlyMemory<byte> Written => _octets.AsMemory(0, _length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _length = 0;

    /// <summary>Room for so many octets, which count as written.</summary>
    public Span<byte> Take(int count)
    {
        var at = _length;
        if (count > _octets.Length - at)
        {
            Array.Resize(ref _octets, Math.Max(at + count, _octets.Length * 2));
        }

        _length = at + count;
        return _octets.AsSpan(at, count);
    }
}
