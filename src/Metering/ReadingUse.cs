namespace Metering;

/// <summary>What becomes of values that an order brings.</summary>
public enum ReadingUse : byte
{
    /// <summary>Kept, and delivered to head-ends.</summary>
    Sent,
    /// <summary>Kept here; a head-end gets them when it asks for them (<c>resend</c>).</summary>
    Kept,
    /// <summary>Neither: they are the newest that is known of the meter, for who looks at it now.</summary>
    Shown,
}
