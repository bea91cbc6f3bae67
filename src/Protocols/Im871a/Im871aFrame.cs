namespace Protocols.Im871a;

/// <summary>Which part of the stick a message belongs to (low nibble of CTRL).</summary>
public enum Im871aEndpoint : byte
{
    DeviceManagement = 1, RadioLink = 2, RadioLinkTest = 3, HardwareTest = 4,
}

/// <summary>
/// One HCI message of an IMST iM871A/iM170A:
/// <code>A5 | CTRL | MSGID | LEN | payload[LEN] | [time stamp 4 LE] | [RSSI 1] | [FCS 2 LE]</code>
/// CTRL: endpoint in the low nibble, 0x20 time stamp, 0x40 RSSI, 0x80 FCS attached; attached fields are not counted in LEN.
/// </summary>
/// <param name="Endpoint">Low nibble of CTRL.</param>
/// <param name="MessageId">MSGID.</param>
/// <param name="Payload">LEN octets, owned by the frame.</param>
/// <param name="Timestamp">The stick's counter, null where not attached.</param>
/// <param name="RssiRaw">RSSI octet, null where not attached.</param>
public sealed record Im871aFrame(Im871aEndpoint Endpoint, byte MessageId, ReadOnlyMemory<byte> Payload, uint? Timestamp, byte? RssiRaw)
{
    /// <summary>RSSI in dBm: about -100 + 0.5 x (raw - 45); from 230 on the receiver is overdriven and 0 is meant.</summary>
    public int? RssiDbm => RssiRaw switch
    {
        null => null,
        >= 230 => 0,
        var raw => (int)Math.Round(-100 + (0.5 * (raw.Value - 45)), MidpointRounding.AwayFromZero),
    };
}
