namespace Concentrator.Upstream.Dlms;

/// <summary>Who may speak with the box's management logical device.</summary>
internal static class BoxClients
{
    /// <summary>Client SAPs: everybody, and a head-end that proves itself.</summary>
    internal const int Public = 16, Management = 1;

    /// <summary>Logical device of the box.</summary>
    internal const ushort LogicalDevice = 1;

    /// <summary>
    /// Services of the box: general protection and blocks; blocks of GET, SET and ACTION; lists, data-notification, ACCESS, GET, SET, selective access, ACTION (IEC 62056-5-3, conformance
    /// block, bit 0 first).
    /// </summary>
    internal const uint Conformance = 0x601EDD;
}
