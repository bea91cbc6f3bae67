using Metering.Keys;

namespace Substation.Street;

/// <summary>No wrapping at all: there is no disk here that a key could stand on.</summary>
internal sealed class PlainWrap : IKeyWrap
{
    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name) => key.ToArray();

    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name) => wrapped.ToArray();
}
