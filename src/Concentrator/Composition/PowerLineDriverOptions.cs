using Concentrator.Field;
using Concentrator.Settings;
using Drivers.Dlms;
using Drivers.G3;
using Drivers.Prime;
using Drivers.Usi;
using Protocols.Usi.G3;

namespace Concentrator.Composition;

/// <summary>The configuration of the drivers, in their words.</summary>
internal static class PowerLineDriverOptions
{
    /// <summary>A meter behind a power line modem may think for seconds, behind others that are asked at the same time; it is asked twice more.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(120);

    /// <summary>Below the 60 to 180 s after which meters drop an association by themselves.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(45);

    /// <summary>What a driver's family is told.</summary>
    internal static DriverForms Forms(DriverSettings driver, byte[] systemTitle) => new(
        driver.Dlms.Baud, () => DlmsDriverOptions.Of(driver, systemTitle), () => PushPortSettings.Of(driver, systemTitle), kind => MetersOf(driver, systemTitle, kind), () => PrimeOf(driver),
        () => G3Of(driver, systemTitle));

    private static PrimeOptions PrimeOf(DriverSettings driver)
    {
        var options = new PrimeOptions(driver.Name, driver.Port) { Baud = driver.PowerLine.Baud ?? UsiPortOptions.DefaultBaud, SecurityProfile = driver.PowerLine.SecurityProfile };
        return options with { MetersAtOnce = driver.PowerLine.MetersAtOnce ?? options.MetersAtOnce };
    }

    private static G3Options G3Of(DriverSettings driver, byte[] systemTitle)
    {
        var options = new G3Options(driver.Name, driver.Port, MetersOf(driver, systemTitle, null))
        {
            Baud = driver.PowerLine.Baud ?? UsiPortOptions.DefaultBaud, PanId = (ushort)driver.PowerLine.Pan, UdpPort = (ushort)driver.PowerLine.UdpPort, EuiReversed = driver.PowerLine.EuiReversed,
            Band = driver.PowerLine.Band switch { "cenelec-b" => G3Band.CenelecB, "fcc" => G3Band.Fcc, "arib" => G3Band.Arib, _ => G3Band.CenelecA },
        };
        return options with { MetersAtOnce = driver.PowerLine.MetersAtOnce ?? options.MetersAtOnce };
    }

    private static DlmsOptions MetersOf(DriverSettings driver, byte[] systemTitle, string? kind)
    {
        var options = DlmsDriverOptions.Of(driver, systemTitle);
        return options with
        {
            AnswerWithin = AnswerWithin, Repeats = 2, IdleAfter = IdleAfter, AtOnce = TimeSpan.FromDays(1),
            Profile = MeterProfiles.OfKind(kind, options.Profile),
        };
    }
}
