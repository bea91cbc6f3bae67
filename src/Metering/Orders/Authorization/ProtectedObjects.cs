namespace Metering.Orders.Authorization;

/// <summary>Classes that an order to write or to execute may not touch: either they measure, or a verb of their own does it with the care it needs.</summary>
public static class ProtectedObjects
{
    /// <summary>Why a target is denied; null where it is not.</summary>
    /// <param name="isMethod">It is a method.</param>
    public static string? Denial(CosemTarget target, bool isMethod) => target.ClassId switch
    {
        3 or 4 or 5 or 6 or 61 => "measures: nothing of it is changed from outside",
        7 or 62 => "holds what was measured: clearing it or changing what it captures loses rows",
        8 => "is the meter's clock: order \"clock\", which keeps to the windows of billing",
        12 or 15 or 30 or 64 or 124 => "decides who may speak with the meter: order \"keys\"",
        18 => "takes firmware: order \"firmware\", whose image is signed",
        20 or 11 => "holds tariffs: order \"calendar\", which is read back and activated whole",
        70 => "switches supply: order \"disconnect\" or \"reconnect\"",
        71 => "limits supply: order \"limiter\"",
        72 => "is an M-Bus channel: order \"mbus\"",
        9 or 22 or 68 when isMethod || target.ClassId == 22 => "runs scripts, and scripts switch and clear: order what is meant",
        111 or 112 or 113 or 115 => "is the prepayment account: order \"token\"",
        _ => null,
    };
}
