namespace Protocols.Framing;

/// <summary>What a segment of a message was good for.</summary>
public enum SegmentTaken
{
    /// <summary>A duplicate, one after a gap, one of another message, or one for which there is no room yet: not taken.</summary>
    NotTaken,
    /// <summary>Taken; the message goes on.</summary>
    Segment,
    /// <summary>Taken; the message is whole.</summary>
    Whole,
    /// <summary>The message is longer than we take, or is none; what was there of it is forgotten.</summary>
    Refused,
}
