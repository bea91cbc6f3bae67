using Protocols.Dlms.Client;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>What modems told, as a head-end finds it: in the octets of its type where it was told, null-data where it was not.</summary>
public class ModemObjectTests
{
    private const string Nothing = "00";

    [Fact]
    public async Task A_PRIME_base_node_shows_what_it_is_in_its_network_and_what_it_counted()
    {
        await using var bench = new NorthBench();
        bench.Drivers.Add(NorthBench.Driver(
            "plc0", "prime", ("firmware", "1.4.9"), ("vendor", "42"), ("product", "SIM-BN"), ("sna", "404022AABBCC"), ("lnid", "0"), ("macState", "3"), ("scpLength", "100"), ("level", "0"), ("capabilities", "127"),
            ("dataSent", "70000"), ("channelBusy", "7")));
        bench.Drivers.Add(NorthBench.Driver("plc1", "prime", ("dataSent", "no"), ("lsid", "256")));
        var (headEnd, session) = await ConnectAsync(bench);
        await AreAsync(headEnd, session, 83, "0-0:28.3.0*255", (2, "100000"), (3, Nothing), (5, "0906404022AABBCC"), (6, "1603"), (7, "100064"), (8, "1100"), (9, null), (14, "12007F"));
        await AreAsync(headEnd, session, 84, "0-0:28.4.0*255", (2, "0600011170"), (3, Nothing), (7, "0600000007"));
        await AreAsync(headEnd, session, 86, "0-0:28.7.0*255", (2, "0905312E342E39"), (3, "12002A"), (4, Nothing)); // a product by name has no number
        await AreAsync(headEnd, session, 84, "0-1:28.4.0*255", (2, Nothing));
        await AreAsync(headEnd, session, 83, "0-1:28.3.0*255", (3, Nothing)); // no number that fits
        await AreAsync(headEnd, session, 84, "0-2:28.4.0*255", (2, null));
    }

    [Fact]
    public async Task A_G3_coordinator_shows_what_its_MAC_counted_its_PAN_and_its_frame_counter_as_they_are_now()
    {
        await using var bench = new NorthBench();
        bench.Drivers.Add(NorthBench.Driver("plc0", "g3", ("panId", "781D"), ("frameCounter", "4711"), ("dataSent", "1"), ("noAcknowledgements", "2"), ("macBadChecksums", "3"), ("broadcastsReceived", "4")));
        var (headEnd, session) = await ConnectAsync(bench);
        await AreAsync(headEnd, session, 90, "0-0:29.0.0*255", (2, "0600000001"), (3, Nothing), (7, "0600000002"), (8, "0600000003"), (9, Nothing), (10, "0600000004"));
        await AreAsync(headEnd, session, 91, "0-0:29.1.0*255", (2, null), (4, "12781D"), (5, null), (6, "0600001267"));
        bench.Drivers[^1] = NorthBench.Driver("plc0", "g3", ("dataSent", "9"));
        await AreAsync(headEnd, session, 90, "0-0:29.0.0*255", (2, "0600000009"), (7, Nothing));
    }

    private static async Task<(HeadEnd, ClientSession)> ConnectAsync(NorthBench bench)
    {
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        return (headEnd, session);
    }

    /// <param name="wanted">Attribute and Data in hex; null where it is refused.</param>
    private static async Task AreAsync(HeadEnd headEnd, ClientSession session, ushort classId, string name, params (sbyte Attribute, string? Hex)[] wanted)
    {
        foreach (var (attribute, hex) in wanted)
        {
            var got = await headEnd.GetAsync(session, classId, name, attribute);
            Assert.Equal((name, attribute, hex), (name, attribute, got.Error is null ? Convert.ToHexString(got.Data.Span) : null));
        }
    }
}
