using Substation.Street;

namespace Substation;

/// <summary>What happens to a modem in a day, each time a minute or two after a run began, when the medium is full.</summary>
internal static class LifeTroubles
{
    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(10), Out = TimeSpan.FromMinutes(5), Exchange = TimeSpan.FromMinutes(2);

    internal static void Begin(PlcStreet street, DateTime first)
    {
        var (modem, line) = (street.Modem, street.Line.Time);
        DateTime InRun(int run, double minutes) => first + (run * LifeRun.Every) + TimeSpan.FromMinutes(minutes);
        line.At(InRun(1, 1), modem.Reboot);
        line.At(InRun(2, 1), modem.Hang);
        line.At(InRun(2, 1) + Hanging, modem.Reboot); // somebody, or its own watchdog
        line.At(InRun(3, 1), () => modem.Pipe.Plug(false));
        line.At(InRun(3, 1) + Out, () => modem.Pipe.Plug(true));
        line.At(InRun(4, 1), () => modem.Swap(Exchange)); // soon after noon
        line.At(InRun(5, 1), () => modem.Pipe.Plug(false, hasOwnPower: true));
        line.At(InRun(5, 1) + Out, () => modem.Pipe.Plug(true, hasOwnPower: true));
        line.At(InRun(6, 2), modem.Reboot);
    }
}
