namespace Protocols.Dlms.Client;

/// <summary>
/// Judges an invocation counter that a meter asks for without proving who says so: read by the public client, or told in an exception (IEC 62056-5-3 clause 9). Whoever could lead us on at
/// will could use a key up; so it is followed by a bounded jump from the last counter of ours that the meter took in an association it authenticated.
/// </summary>
public static class CounterHint
{
    /// <summary>Longer jumps wait for a person.</summary>
    public const uint LongestJump = 100_000;

    /// <summary>From here on the key should be changed: half of its counters are used.</summary>
    public const uint RotateFrom = 0x8000_0000;

    /// <summary>Why a hint is not followed; null where it may be.</summary>
    /// <param name="asked">The counter the meter asks for.</param>
    /// <param name="own">The one we would use next.</param>
    /// <param name="authenticated">The last one of ours that the meter took in an association it authenticated; 0 for none: the first visit follows whatever leaves half of the counters.</param>
    /// <param name="longestJump">Setting.</param>
    public static string? Refusal(uint asked, uint own, uint authenticated, uint longestJump = LongestJump)
    {
        if (asked <= own)
        {
            return null;
        }

        if (authenticated == 0)
        {
            return asked < RotateFrom ? null
                : $"the meter asks for invocation counter {asked} at the first visit, ours is {own}: beyond {RotateFrom} the key should be changed first, so it waits for a person";
        }

        return asked - authenticated <= longestJump || asked < authenticated ? null
            : $"the meter asks for invocation counter {asked}, {asked - authenticated} more than {authenticated}, the last one it took: nobody authenticated that, so it waits for a person";
    }
}
