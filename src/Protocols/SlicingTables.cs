using System.Runtime.CompilerServices;

namespace Protocols;

/// <summary>The tables of a CRC of 16 bits that takes sixteen octets a step: as many times 256 entries. Its length is known where it is compiled, so that an index made of an octet is not checked again.</summary>
[InlineArray(Length)]
internal struct SlicingTables
{
    internal const int Length = 16 * 256;

    private ushort _first;
}
