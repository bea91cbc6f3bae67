namespace Protocols.Dlms.Client;

/// <summary>What became of an APDU of the other side.</summary>
internal enum Reception : byte
{
    /// <summary>It is a whole service in clear, and may be looked at.</summary>
    Whole,
    /// <summary>A block of an answer: more is to come, or to be asked for.</summary>
    Partial,
    /// <summary>Of no use here: a copy, late, or unasked for.</summary>
    Useless,
    /// <summary>Anybody may have sent it: not protected as agreed, or it cannot be opened.</summary>
    Distrusted,
    /// <summary>The other side vouches for it, and it cannot be read.</summary>
    Broken,
}
