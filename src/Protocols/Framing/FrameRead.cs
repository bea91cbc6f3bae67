namespace Protocols.Framing;

/// <summary>What a framer says of its input. Three different answers, everywhere.</summary>
public enum FrameRead
{
    /// <summary>Nothing consumed: the frame is not whole yet.</summary>
    NeedMore,
    /// <summary>A frame; its octets were consumed.</summary>
    Got,
    /// <summary>That was rubbish; it was consumed, go on.</summary>
    Skipped,
}

/// <summary>Why octets were skipped.</summary>
public enum FrameFault
{
    None,
    /// <summary>Octets between frames.</summary>
    Garbage,
    /// <summary>A header that no frame has.</summary>
    BadHeader,
    /// <summary>The checksum did not hold.</summary>
    BadChecksum,
    /// <summary>The line went idle inside a frame.</summary>
    Unfinished,
}
