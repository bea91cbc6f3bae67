namespace Metering.Orders.Authorization;

/// <summary>Who somebody is to the box.</summary>
public enum Role : byte
{
    /// <summary>Looks only; everybody who reaches the local socket.</summary>
    Viewer,
    /// <summary>Commissions and reads meters in the field.</summary>
    Technician,
    /// <summary>Works the supply: breakers, limiters, tariffs.</summary>
    Operator,
    /// <summary>Works keys and firmware, and approves.</summary>
    SecurityOfficer,
    /// <summary>Looks at everything, audit included, and orders nothing.</summary>
    Auditor,
    /// <summary>A head-end that an <c>[[issuer]]</c> table or an association names.</summary>
    HeadEnd,
}
