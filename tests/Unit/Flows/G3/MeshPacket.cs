namespace Unit.Flows.G3;

/// <summary>IPv6 with UDP as the device's end makes and takes it: written a second time from the document (plc-modems.md, 2.6), octet by octet.</summary>
internal static class MeshPacket
{
    internal static byte[] Make(int pan, int from, int to, int port, byte[] payload)
    {
        byte[] udp = [.. Two(port), .. Two(port), .. Two(8 + payload.Length), 0, 0, .. payload];
        byte[] addresses = [.. Address(pan, from), .. Address(pan, to)];
        var sum = Words([.. addresses, .. Two(udp.Length), 0, 17, .. udp]).Sum();
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        var complement = 0xFFFF - sum == 0 ? 0xFFFF : 0xFFFF - sum;
        (udp[6], udp[7]) = ((byte)(complement / 256), (byte)(complement % 256));
        return [0x60, 0, 0, 0, .. Two(udp.Length), 17, 8, .. addresses, .. udp];
    }

    /// <summary>Short address and payload of a packet to a device; the test fails where its check sum is wrong.</summary>
    internal static (int Pan, int To, int Port, byte[] Payload) Open(byte[] packet)
    {
        Assert.Equal(0x60, packet[0]);
        Assert.Equal(17, packet[6]);
        var sum = Words([.. packet[8..40], packet[4], packet[5], 0, 17, .. packet[40..]]).Sum();
        Assert.Equal(0xFFFF, (sum & 0xFFFF) + (sum >> 16));
        return ((packet[32] * 256) + packet[33], (packet[38] * 256) + packet[39], (packet[42] * 256) + packet[43], packet[48..]);
    }

    private static byte[] Address(int pan, int address) => [0xFE, 0x80, 0, 0, 0, 0, 0, 0, .. Two(pan), 0, 0xFF, 0xFE, 0, .. Two(address)];

    private static IEnumerable<int> Words(byte[] octets) => octets.Chunk(2).Select(pair => (pair[0] * 256) + (pair.Length > 1 ? pair[1] : 0));

    private static byte[] Two(int value) => [(byte)(value / 256), (byte)(value % 256)];
}
