using Metering.Orders.Authorization;

namespace Concentrator.Settings;

/// <summary>Roles as they stand in the table <c>[roles]</c>.</summary>
internal static class RoleNames
{
    internal static IReadOnlyDictionary<string, Role> All { get; } = new Dictionary<string, Role>(StringComparer.Ordinal)
    {
        ["technician"] = Role.Technician, ["operator"] = Role.Operator, ["security-officer"] = Role.SecurityOfficer, ["auditor"] = Role.Auditor,
    };
}
