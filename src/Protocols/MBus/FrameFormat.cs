namespace Protocols.MBus;

/// <summary>How a telegram was framed on its link.</summary>
public enum FrameFormat
{
    /// <summary>From the L field, link CRCs removed.</summary>
    Bare,
    /// <summary>EN 13757-4 frame format A: a CRC after the first ten octets and after each sixteen.</summary>
    A,
    /// <summary>EN 13757-4 frame format B: one or two CRCs, counted by L.</summary>
    B,
    /// <summary>EN 13757-2 wired frame.</summary>
    Wired,
}
