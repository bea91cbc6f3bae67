using Drivers.Dlms;
using Protocols.Dlms.Model;

namespace Substation.Street;

/// <summary>What the box knows of a street's meters.</summary>
internal static class MeterKind
{
    /// <summary>The simulated meter's customer side, in the words of a profile: where tokens go, and how each load is switched.</summary>
    private const string CustomerSide = "\ntoken 0-0:19.40.0*255 0-0:19.10.0*255\nload-switch boiler script 0-0:10.0.103*255 1 2 0-2:96.3.10*255\nload-switch pump arbitrator 0-0:96.3.20*255 3 0 1 0-3:96.3.10*255\n";

    /// <summary>The profile of IDIS meters, with the customer side.</summary>
    internal static MeterProfile WithCustomerSide()
    {
        using var stream = typeof(MeterProfiles).Assembly.GetManifestResourceStream("idis.meter")!;
        using var text = new StreamReader(stream);
        return MeterProfile.Parse(text.ReadToEnd() + CustomerSide, out var fault) ?? throw new InvalidDataException(fault);
    }
}
