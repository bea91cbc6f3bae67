using System.Globalization;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms.Objects;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms;

/// <summary>What the box tells of itself to a head-end.</summary>
/// <param name="Version">Of the product.</param>
/// <param name="Metrology">Identification of the legally relevant part, hex.</param>
/// <param name="Executable">Hash of the program, hex.</param>
internal sealed record BoxFacts(string Version, string Metrology, string Executable);

/// <summary>
/// The objects of the box's management logical device (specs, section 9 "as server"), for one client each: what everybody may know, and what a head-end that proved itself may. Groups D from
/// 128 on are the box's own (docs/dlms-north.md).
/// </summary>
internal sealed class BoxObjects(
    DoorOptions options, BoxFacts facts, IMeterDirectory meters, ReachedMeters reached, IBoxStatus status, IEventArchive events, DoorBook book, DoorCounters counters, ICounterStore invocations,
    ITimeSource time, PushSetupObject push, DoorOrders orders, DoorImage image)
{
    private const byte Ciphered = 3, Plain = 1, BothWays = 0x6C;
    private const uint MostMeters = 8192, MostEvents = 256;
    private static readonly byte[] Names = [0x60, 0x85, 0x74, 0x05, 0x08];
    private static readonly byte[] Services = [(byte)((BoxClients.Conformance >> 16) & 0xFF), (byte)((BoxClients.Conformance >> 8) & 0xFF), (byte)(BoxClients.Conformance & 0xFF)];
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255), DeviceName = new(0, 0, 42, 0, 0, 255);

    private static readonly CaptureObject[] MeterColumns =
    [
        new(1, DeviceName, 2, 0), new(43, new Obis(0, 0, 25, 2, 0, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 1, 255), 2, 0), new(8, Clock, 2, 0), new(1, new Obis(0, 0, 96, 128, 2, 255), 2, 0),
        new(1, new Obis(0, 0, 96, 128, 3, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 4, 255), 2, 0),
    ];

    private static readonly CaptureObject[] DoorColumns = [new(8, Clock, 2, 0), new(1, new Obis(0, 0, 96, 11, 0, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 5, 255), 2, 0), new(1, new Obis(0, 0, 96, 13, 0, 255), 2, 0)];

    private static readonly CaptureObject[] EventColumns =
    [
        new(8, Clock, 2, 0), new(1, DeviceName, 2, 0), new(1, new Obis(0, 0, 96, 128, 6, 255), 2, 0), new(1, new Obis(0, 0, 96, 11, 1, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 7, 255), 2, 0),
        new(1, new Obis(0, 0, 96, 13, 1, 255), 2, 0),
    ];

    private static readonly CaptureObject[] DriverColumns = [new(1, new Obis(0, 0, 96, 128, 3, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 8, 255), 2, 0), new(1, new Obis(0, 0, 96, 13, 0, 255), 2, 0)];

    /// <summary>System title of the management client that associated last.</summary>
    internal ReadOnlyMemory<byte> LastClientTitle { get; set; }

    /// <summary>What a client may do with an object.</summary>
    internal static AccessRight RightsOf(int client, CosemObject one) => client == BoxClients.Management ? AccessRight.All
        : one.ClassId is 8 or 17 or 15 || one.Name.C is 42 || one.Name is { C: 43, D: 1 } ? AccessRight.Read : AccessRight.None;

    /// <summary>The logical device as a client finds it.</summary>
    /// <param name="caller">Who it is, as far as it proves that.</param>
    internal LogicalDevice For(int client, BoxCaller caller)
    {
        var device = new LogicalDevice();
        var isManagement = client == BoxClients.Management;
        device.Add(Association(client));
        device.Add(new ReadOnlyObject(1, 0, DeviceName, () => BoxData.Text(options.LogicalDeviceName)));
        device.Add(ClockObject());
        device.Add(new ReadOnlyObject(17, 0, new Obis(0, 0, 41, 0, 0, 255), () => new DataWriter().Array(1).Structure(2).UInt16(BoxClients.LogicalDevice).Octets(System.Text.Encoding.ASCII.GetBytes(options.LogicalDeviceName)).ToArray()));
        device.Add(Invocations(0));
        device.Add(Invocations(BoxClients.Management));
        if (!isManagement)
        {
            return device;
        }

        device.Add(new ReadOnlyObject(1, 0, new Obis(0, 0, 96, 1, 0, 255), () => BoxData.Text(options.Box)));
        device.Add(new ReadOnlyObject(1, 0, new Obis(0, 0, 96, 1, 1, 255), () => BoxData.Octets(options.Title.Span)));
        device.Add(new ReadOnlyObject(1, 0, new Obis(0, 0, 0, 2, 0, 255), () => BoxData.Text(facts.Version)));
        device.Add(new ReadOnlyObject(1, 0, new Obis(0, 0, 0, 2, 8, 255), () => BoxData.Text(facts.Metrology)));
        device.Add(new ReadOnlyObject(1, 0, new Obis(0, 0, 0, 2, 1, 255), () => BoxData.Text(facts.Executable)));
        device.Add(Security());
        device.Add(push);
        device.Add(Communication());
        device.Add(new ListObject(new Obis(0, 0, 96, 128, 0, 255), MeterColumns, Meters, MostMeters));
        device.Add(new ListObject(new Obis(0, 0, 99, 98, 0, 255), DoorColumns, Door, (uint)DoorBook.Most));
        device.Add(new ListObject(new Obis(0, 0, 99, 98, 128, 255), EventColumns, Events, MostEvents));
        device.Add(new ListObject(new Obis(0, 0, 96, 128, 9, 255), DriverColumns, Drivers, 256));
        device.Add(new OrderObject(caller, orders, takes: options.Mechanism == 5));
        device.Add(new ListObject(new Obis(0, 0, 96, 128, 21, 255), DoorOrders.OrderColumns, orders.Orders, DoorOrders.MostOrders));
        device.Add(new ListObject(new Obis(0, 0, 96, 128, 22, 255), DoorOrders.ResultColumns, orders.Results, DoorOrders.MostResults));
        device.Add(HealthObjects.Alarms(status));
        device.Add(new ImageTransferObject(caller, image, takes: options.Mechanism == 5));
        foreach (var one in ModemObjects.Of(status).Concat(HealthObjects.TimeServers(options.TimeServers)))
        {
            device.Add(one);
        }

        return device;
    }

    private ReadOnlyObject Association(int client)
    {
        var isCiphered = client == BoxClients.Management && options.Mechanism == 5;
        var mechanism = client == BoxClients.Management ? options.Mechanism : 0;
        return new ReadOnlyObject(
            15, 1, new Obis(0, 0, 40, 0, 0, 255),
            () => new DataWriter().Array(0).ToArray(), // answered by the host, with what this client may see
            () => new DataWriter().Structure(2).Int8((sbyte)client).UInt16(BoxClients.LogicalDevice).ToArray(),
            () => BoxData.Octets([.. Names, 1, isCiphered ? Ciphered : Plain]),
            () => new DataWriter().Structure(6).Bits(Services, 24)
                .UInt16((ushort)options.LongestPdu).UInt16((ushort)options.LongestPdu).UInt8(6).Int8(0).Octets([]).ToArray(),
            () => BoxData.Octets([.. Names, 2, (byte)mechanism]), null, () => BoxData.Enum(2), () => new DataWriter().Name(new Obis(0, 0, 43, 0, 0, 255)).ToArray());
    }

    private ReadOnlyObject ClockObject() => new(
        8, 0, Clock, () => time.Now is var now ? BoxData.Instant(now.Utc, BoxData.StatusOf(now.Quality)) : [], () => new DataWriter().Int16(0).ToArray(), () => BoxData.Small(BoxData.StatusOf(time.Now.Quality)),
        () => BoxData.Instant(null), () => BoxData.Instant(null), () => new DataWriter().Int8(0).ToArray(), () => new DataWriter().Boolean(false).ToArray(), () => BoxData.Enum(1));

    /// <summary>The last invocation counter that was taken from the management client: what a head-end that lost its own goes on behind.</summary>
    private ReadOnlyObject Invocations(int client) => new(
        1, 0, new Obis(0, 0, 43, 1, (byte)client, 255), () => BoxData.Number(invocations.LastAccepted(new KeyName(options.KeyDevice, KeyPurpose.Guek, BoxClients.Management))));

    private ReadOnlyObject Security() => new(
        64, 1, new Obis(0, 0, 43, 0, 0, 255), () => BoxData.Enum(options.Mechanism == 5 ? BothWays : (byte)0), () => BoxData.Enum(options.Suite), () => BoxData.Octets(LastClientTitle.Span),
        () => BoxData.Octets(options.Title.Span), () => new DataWriter().Array(0).ToArray());

    private ReadOnlyObject Communication() => new(1, 0, new Obis(0, 0, 96, 128, 10, 255), () =>
    {
        long[] numbers =
        [
            counters.Connections, counters.RefusedConnections, counters.Associations, counters.RefusedAssociations, counters.Pdus, counters.BrokenStreams, counters.IdleClosed, counters.Exchanges,
            counters.Answered, counters.Unanswered, counters.UnknownMeters, counters.Busy, counters.NotAllowed, counters.TooLong, counters.Pushed,
        ];
        var to = new DataWriter().Structure(numbers.Length);
        foreach (var number in numbers)
        {
            to.UInt32((uint)Math.Clamp(number, 0, uint.MaxValue));
        }

        return to.ToArray();
    });

    private IEnumerable<ListRow> Meters()
    {
        var known = meters.List();
        var strangers = reached.All.Except(known.Select(meter => meter.Id)).Order().Select(id => Row(id, null));
        return known.Select(meter => Row(meter.Id, meter)).Concat(strangers).Take((int)MostMeters);
    }

    private ListRow Row(MeterId id, MeterView? meter) => new(meter?.LastHeard,
    [
        BoxData.Text(id.Text), BoxData.Octets(meter?.Node is { } node ? Hex(node.Node.Eui) : []), BoxData.Enum((byte)(meter?.Node is { } at ? (int)at.Node.State + 1 : 0)), BoxData.Instant(meter?.LastHeard),
        BoxData.Small(reached.NetworkOf(id)), BoxData.Text(reached.DriverOf(id) is { Length: > 0 } driver ? driver : meter?.Source), new DataWriter().Boolean(reached.IsReached(id)).ToArray(),
    ]);

    private IEnumerable<ListRow> Door() => book.Newest.Select(one => new ListRow(
        one.At, [BoxData.Instant(one.At), BoxData.Small((byte)one.Event.What), BoxData.Text(one.Event.Who), BoxData.Text(Sentence(one.Event))]));

    private static string Sentence(DoorEvent one) =>
        (one.Subject.Length > 0 ? one.Subject + ": " : "") + one.Sentence + (one.Times > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({one.Times} times)") : "");

    private IEnumerable<ListRow> Events() => events.Newest(null, (int)MostEvents).Reverse().Select(one => new ListRow(
        one.ReadAt,
        [
            BoxData.Instant(one.ReadAt), BoxData.Text(one.Meter.Text), new DataWriter().Name(one.Event.Log).ToArray(), BoxData.Number(one.Event.Number),
            BoxData.Octets(CosemTime.Write(one.Event.OccurredAt)), BoxData.Text(one.Event.Text),
        ]));

    private IEnumerable<ListRow> Drivers() => status.Snapshot().Drivers.Select(driver => new ListRow(
        driver.Since, [BoxData.Text(driver.Name), BoxData.Enum((byte)driver.State), BoxData.Text(driver.Sentence)]));

    private static byte[] Hex(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : [];
}
