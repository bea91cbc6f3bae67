namespace Unit.Plan;

/// <summary>Rooms do not call each other: they meet in Ports, and Program wires them. A library is used in one room.</summary>
public class RoomTests
{
    /// <summary>Who may use a namespace of ours besides its own room, and in which one room a library may stand.</summary>
    private static readonly (string Namespace, string[] Rooms)[] Libraries =
    [
        ("LiteDB", ["Store"]), ("MQTTnet", ["Upstream"]), ("Tomlyn", ["Settings"]), ("Prometheus", ["Web"]), ("System.Device", ["Board"]),
        ("Microsoft.AspNetCore", ["Web"]),
    ];

    /// <summary>Rooms that wire others by their nature: the composition root, and the tool verbs that need no service.</summary>
    private static readonly string[] Wiring = ["Program.cs", "Composition"];

    private static readonly Dictionary<string, string[]> AlsoUses = new()
    {
        ["Security"] = ["Store"], // wrapped keys and counters are books records
        ["Field"] = ["Store"], // the registry is books records
        ["Orders"] = ["Store", "Security"], // orders and their audit are books records; an issuer's key proves who gave one
        ["Shipments"] = ["Store"], // what a list brings is books records
        ["Cli"] = ["Settings", "Security", "Web", "Shipments"], // tool verbs check the configuration, read a keys file or a shipment list and speak the service's interface
    };

    [Requirement("P7")]
    [Fact]
    public void A_room_uses_itself_Ports_and_the_floors_below()
    {
        var faults = Sources.In("src/Concentrator").SelectMany(file => Faults(RoomOf(file.Path), Sources.Usings(file.Text)).Select(fault => $"{file.Path}: {fault}"));
        Assert.Empty(faults);
    }

    [Fact]
    public void The_rule_sees_a_room_that_calls_another_and_a_library_outside_its_room()
    {
        Assert.Single(Faults("Web", ["Concentrator.Store"]));
        Assert.Single(Faults("Field", ["LiteDB"]));
        Assert.Empty(Faults("Store", ["LiteDB", "Concentrator.Ports", "Concentrator.Store.Files", "Metering"]));
    }

    [Fact]
    public void The_simulation_shares_no_framer_no_driver_and_no_crypto_with_the_product()
    {
        var faults = Sources.In("tests/Simulation").SelectMany(file => Sources.Usings(file.Text).Where(IsForeign).Select(used => $"{file.Path}: {used}"));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("Drivers.Dlms", true)]
    [InlineData("Protocols.MBus", true)]
    [InlineData("Protocols.Dlms", true)]
    [InlineData("Protocols.Dlms.Hdlc", true)]
    [InlineData("Protocols.Dlms.Security", true)]
    [InlineData("Protocols.Dlms.Client", true)]
    [InlineData("Protocols.Dlms.Host", false)]
    [InlineData("Metering", false)]
    public void The_rule_tells_what_the_simulation_may_share(string used, bool foreign) => Assert.Equal(foreign, IsForeign(used));

    /// <summary>Messages, data, the model and the host are shared with the product, and pinned by other people's data; everything else is written twice.</summary>
    private static bool IsForeign(string used) =>
        used.Split('.') is ["Drivers" or "Concentrator", ..]
        || (used.Split('.')[0] == "Protocols" && used is not ("Protocols.Dlms.Apdu" or "Protocols.Dlms.AXdr" or "Protocols.Dlms.Model" or "Protocols.Dlms.Host"));

    private static IEnumerable<string> Faults(string room, IEnumerable<string> usings)
    {
        if (Wiring.Contains(room))
        {
            yield break;
        }

        foreach (var used in usings)
        {
            var words = used.Split('.');
            if (words[0] == "Concentrator" && words.Length > 1 && words[1] != room && words[1] != "Ports" && !AlsoUses.GetValueOrDefault(room, []).Contains(words[1]))
            {
                yield return $"room {room} uses {used}";
            }

            foreach (var (library, rooms) in Libraries)
            {
                if ((used == library || used.StartsWith(library + ".", StringComparison.Ordinal)) && !rooms.Contains(room))
                {
                    yield return $"room {room} uses {used}, which belongs to {string.Join(", ", rooms)}";
                }
            }
        }
    }

    private static string RoomOf(string path) => path.Split('/')[2];
}
