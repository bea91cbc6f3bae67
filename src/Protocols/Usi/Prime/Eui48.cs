using System.Globalization;
using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>The six octets that name a PRIME node, whatever its address in the network.</summary>
/// <param name="Value">The octets as a number, the first one highest.</param>
public readonly record struct Eui48(ulong Value)
{
    /// <summary>Octets of one.</summary>
    public const int Size = 6;

    /// <summary>All ones: no node, or every one.</summary>
    public static Eui48 All { get; } = new(0xFFFF_FFFF_FFFF);

    /// <summary>It names a node.</summary>
    public bool IsNode => Value is not 0 && this != All;

    /// <summary>Takes hex, with or without separators; false where it is none.</summary>
    public static bool TryParse(string? text, out Eui48 eui)
    {
        var plain = text?.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        eui = default;
        if (plain is not { Length: Size * 2 } || !ulong.TryParse(plain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        eui = new Eui48(value);
        return true;
    }

    /// <summary>Upper-case hex.</summary>
    public override string ToString() => Value.ToString("X12", CultureInfo.InvariantCulture);

    internal static Eui48 Read(ref PduReader from) => new((ulong)from.UInt16() << 32 | from.UInt32());
}
