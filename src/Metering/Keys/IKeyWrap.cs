namespace Metering.Keys;

/// <summary>Wraps keys that the box makes itself, so that no file holds one in clear: under the key of this device, and bound to a name.</summary>
public interface IKeyWrap
{
    /// <summary>The key, wrapped; only this device opens it, and only for the same name.</summary>
    byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name);

    /// <summary>The key; null where another device wrapped it, or for another name.</summary>
    byte[]? Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name);
}
