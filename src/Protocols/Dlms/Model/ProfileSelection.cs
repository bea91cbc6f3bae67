using Metering;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Model;

/// <summary>Selective access to a profile's buffer (IEC 62056-6-2, class 7: range_descriptor and entry_descriptor).</summary>
public static class ProfileSelection
{
    /// <summary>Rows of a time range, all columns.</summary>
    /// <param name="from">First time, twelve octets as the meter counts them.</param>
    /// <param name="to">Last time.</param>
    /// <param name="clock">The object whose column restricts; normally 0-0:1.0.0*255.</param>
    public static Selection Range(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, Obis clock) => new(1, new DataWriter()
        .Structure(4).Structure(4).UInt16(CaptureObject.ClockClass).Name(clock).Int8(2).UInt16(0).Octets(from).Octets(to).Array(0).ToArray());

    /// <summary>Rows by number, all columns; 1 is the first in the profile's own order, 0 as last number means all that follow.</summary>
    public static Selection Entries(uint first, uint last) => new(2, new DataWriter().Structure(4).UInt32(first).UInt32(last).UInt16(1).UInt16(0).ToArray());
}
