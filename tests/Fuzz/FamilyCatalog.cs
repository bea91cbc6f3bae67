using Fuzz.Families;
using Fuzz.Planted;

namespace Fuzz;

/// <summary>All families. A new parser of octets from outside gets one file in Families/ and one line here.</summary>
internal static class FamilyCatalog
{
    /// <summary>What a campaign runs.</summary>
    internal static readonly IReadOnlyList<Family> All =
    [
        MBusFamilies.Wireless,
        MBusFamilies.Wired,
        Im871aFamily.Stream,
        DlmsFamilies.Apdus,
        DlmsFamilies.Data,
        DlmsFamilies.Profiles,
        HdlcFamilies.Framer,
        HdlcFamilies.Link,
        DlmsFamilies.Typed,
        PushBodyFamily.Message,
        PushFamilies.Hdlc,
        PushFamilies.MBus,
        WrapperFamily.Framer,
        P1Family.Stream,
        ClientFamily.Session,
        HostFamily.Association,
        UsiFamilies.Stream,
        UsiFamilies.G3,
        UsiFamilies.Prime,
        TextFamilies.Lines,
        TextFamilies.KeysFile,
    ];

    /// <summary>A family by its name; the planted ones, which test this harness, too.</summary>
    internal static Family Find(string name) =>
        All.Concat(PlantedFamilies.All).FirstOrDefault(family => family.Name == name) ?? throw new ArgumentException($"there is no family {name}; there are {string.Join(", ", All.Select(family => family.Name))}");
}
