using System.Globalization;
using Metering;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Substation.Orders;

/// <summary>An order of every kind that changes a meter or reads it.</summary>
internal static class OrderCases
{
    private const string Tables = """
        "days":[{"id":1,"switches":[{"at":"00:00","script":"0-0:10.0.100*255","selector":2},{"at":"06:30","script":"0-0:10.0.100*255","selector":1}]}],"name":"SUMMER","seasons":[{"name":"S1","start":"*-04-01","week":"W1"}],"specialDays":[{"date":"*-12-25","day":1,"index":1}],"weeks":[{"days":[1,1,1,1,1,1,1],"name":"W1"}]}
        """;

    private static readonly byte[] Image = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 11))];

    private static readonly string Firmware = $$"""
        "identification":"{{Convert.ToHexString("SIM-2.0"u8)}}","image":"{{Convert.ToBase64String(Image)}}","legallyRelevant":false}
        """;

    /// <summary>When what is planned takes place.</summary>
    internal static DateTimeOffset Later { get; } = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);

    internal static IReadOnlyList<OrderCase> All { get; } =
    [
        new("read registers", "read", """{"what":"registers"}""", _ => ""),
        new("read profile", "read", """{"from":"2026-11-25T00:00:00Z","to":"2026-11-25T06:00:00Z","what":"load-profile"}""", _ => ""),
        new("read events", "read", """{"what":"fraud-log"}""", _ => "") { Before = meter => meter.Raise(EventLog.Fraud, 44) },
        new("read outages", "read", """{"what":"standard-log"}""", _ => "") { Before = meter => { meter.Raise(EventLog.Standard, EventLogs.PowerDown); meter.Raise(EventLog.Standard, EventLogs.PowerUp); } },
        new("read quality", "read", """{"what":"power-quality-log"}""", _ => "") { Before = meter => meter.Raise(EventLog.PowerQuality, 79) },
        new("read breaker", "breaker", "{}", BreakerOf),
        new("disconnect", "disconnect", "{}", BreakerOf),
        new("reconnect", "reconnect", "{}", BreakerOf) { Before = meter => meter.Part<Breaker>()!.Control.ByLimiter(connect: false) },
        new("limiter", "limiter", """{"emergency":3000,"normal":4600,"overSeconds":90,"underSeconds":30,"unit":"W"}""", meter => string.Join(' ', new[] { 4, 5, 6, 7 }.Select(attribute => Hex(meter, 71, "0-0:17.0.0*255", attribute)))),
        new("calendar now", "calendar", "{" + Tables, CalendarOf),
        new("calendar later", "calendar", $$"""{"activate":"{{Local}}",""" + Tables, CalendarOf) { EffectAfter = TimeSpan.FromHours(1.1) },
        new("clock", "clock", "{}", meter => meter.Clock.Error.Duration() < TimeSpan.FromSeconds(3) ? "right" : "wrong") { Before = meter => meter.Clock.Set(meter.Clock.Now.AddSeconds(-30)) },
        new("token", "token", (meter, _) => $$"""{"token":"{{Convert.ToHexString(meter.Part<CustomerSide>()!.Tokens.Vend(1000, 1))}}"}""", meter => string.Create(CultureInfo.InvariantCulture, $"credit {meter.Part<CustomerSide>()!.Tokens.Credit}")),
        new("message", "message", """{"text":"hola"}""", DisplayOf),
        new("load-switch", "load-switch", """{"name":"boiler","on":false}""", meter => string.Join(' ', meter.Part<CustomerSide>()!.Switches.Select(one => one.State))),
        new("write", "write", """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"090568656C6C6F"}""", DisplayOf),
        new("execute", "execute", """{"class":8193,"method":1,"obis":"0-0:96.50.0*255","parameters":"0F00"}""", meter => $"pressed {Panel.Of(meter).Pressed}"),
        new("valve", "mbus", """{"action":"close-valve","channel":1}""", meter => meter.Part<MBusChannels>()!.Valve.State == 0 ? "closed" : "open"),
        new("mbus key", "mbus", """{"action":"set-key","channel":2}""", meter => Convert.ToHexString(meter.Part<MBusChannels>()!.Clients[1].Key)) { ChangesKeys = true },
        new("keys", "keys", (meter, box) => NewKeys.Args(meter, box, "guek", "gak"), NewKeys.StateOf) { ChangesKeys = true },
        new("secret", "keys", (meter, box) => NewKeys.Args(meter, box, "hls"), NewKeys.StateOf) { ChangesKeys = true },
        new("broadcast key", "keys", (meter, box) => NewKeys.Args(meter, box, "gbek"), NewKeys.StateOf) { ChangesKeys = true },
        new("approved", "reconnect", "{}", BreakerOf) { Before = meter => meter.Part<Breaker>()!.Control.ByLimiter(connect: false), Then = "approve" },
        new("cancelled", "disconnect", "{}", BreakerOf) { Then = "cancel" },
        new("firmware now", "firmware", "{" + Firmware, FirmwareOf),
        new("firmware later", "firmware", $$"""{"activate":"{{Local}}",""" + Firmware, FirmwareOf) { EffectAfter = TimeSpan.FromHours(1.1) },
    ];

    /// <summary>The case of a name.</summary>
    internal static OrderCase Of(string name) => All.First(one => one.Name == name);

    /// <summary>A meter that has everything an order can act on.</summary>
    internal static DlmsMeterPlan Fitted(DlmsMeterPlan plan) => plan with { HasCustomerSide = true, HasImageSchedule = true, BreakerTakes = TimeSpan.FromSeconds(3) };

    private static string Local => Later.ToOffset(TimeSpan.FromHours(1)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string BreakerOf(DlmsMeter meter) => meter.Part<Breaker>()!.Control.State switch { 0 => "disconnected", 1 => "connected", _ => "armed" };

    private static string CalendarOf(DlmsMeter meter) => $"{Hex(meter, 20, "0-0:13.0.0*255", 2)} {Hex(meter, 20, "0-0:13.0.0*255", 3)} {Hex(meter, 11, "0-0:11.0.0*255", 2)}";

    private static string DisplayOf(DlmsMeter meter) => Hex(meter, 1, "0-0:96.13.0*255", 2);

    private static string FirmwareOf(DlmsMeter meter) => meter.Part<Identity>()!.Firmware + (meter.Part<ImageFlash>()!.Transfer.Flash.Span.SequenceEqual(Image) ? " with the image" : "");

    private static string Hex(DlmsMeter meter, ushort classId, string name, int attribute) => Convert.ToHexString(meter.Device.Find(classId, Obis.Parse(name))!.Get(attribute, null).Data.Span);
}
