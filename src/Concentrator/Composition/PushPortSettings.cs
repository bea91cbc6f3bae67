using Concentrator.Settings;
using Drivers.Dlms;
using Drivers.Dlms.Push;
using Metering;
using Protocols.Dlms.Model;
using Protocols.Dlms.Push;

namespace Concentrator.Composition;

/// <summary>The configuration of a port that only listens, in the driver's words.</summary>
internal static class PushPortSettings
{
    /// <summary>Null for a driver that asks.</summary>
    internal static PushPortOptions? Of(DriverSettings driver, ReadOnlyMemory<byte> systemTitle) => driver.Dlms.OnlyHears && driver.Family == "dlms"
        ? new PushPortOptions(driver.Name, driver.Port, FramingOf(driver.Dlms), PushOf(driver.Dlms), systemTitle) : null;

    /// <summary>What is known of the meters that push there.</summary>
    internal static PushOptions PushOf(DlmsSettings dlms) => new(MeterProfiles.Find(dlms.Profile), PushLayouts.All)
    {
        Meter = dlms.Meter is null ? default : MeterId.Parse(dlms.Meter),
        Objects = dlms.PushObjects.Count == 0 ? null : [.. dlms.PushObjects.Select(text => PushObjects.TryParse(text, out var one) ? one : default(CaptureObject))],
        Client = dlms.Client,
        OffsetMinutes = dlms.Offset,
        Repeats = !dlms.Listens,
    };

    private static PushFraming FramingOf(DlmsSettings dlms) => dlms.Framing switch
    {
        "wrapper" => PushFraming.Wrapper,
        "hdlc" or "push-hdlc" => PushFraming.Hdlc,
        "push-mbus" => PushFraming.MBus,
        "p1" => PushFraming.P1,
        _ => PushFraming.Found,
    };
}
