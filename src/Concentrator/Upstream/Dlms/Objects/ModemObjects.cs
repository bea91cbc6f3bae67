using System.Globalization;
using Concentrator.Ports;
using Metering;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>
/// What the power line modems of the box tell of themselves, as the interface classes of their networks have it (IEC 62056-6-2), read only; the instance in group B is the how-many-eth driver of
/// its family it is, from 0. What a modem has not told is null-data; attributes nobody here asks for are not shown. Types and versions of the classes are not checked against the text [K].
/// </summary>
internal static class ModemObjects
{
    /// <summary>Those of all drivers.</summary>
    internal static IEnumerable<CosemObject> Of(IBoxStatus status) => status.Snapshot().Drivers.GroupBy(driver => driver.Family)
        .SelectMany(family => family.Take(byte.MaxValue).SelectMany((driver, i) => Of(driver.Family, (byte)i, name => status.Snapshot().Drivers.FirstOrDefault(one => one.Name == driver.Name)?.Facts.GetValueOrDefault(name))));

    private static CosemObject[] Of(string family, byte b, Func<string, string?> fact) => family switch
    {
        "prime" =>
        [
            // LNID, LSID, SID, SNA, state, length of the contention period, level; five attributes on beacons that no modem is asked for; capabilities
            new ReadOnlyObject(
                83, 0, new Obis(0, b, 28, 3, 0, 255), Long(fact, "lnid"), Unsigned(fact, "lsid"), Unsigned(fact, "sid"), Octets(fact, "sna"), Enumerated(fact, "macState"), Long(fact, "scpLength"),
                Unsigned(fact, "level"), null, null, null, null, null, LongUnsigned(fact, "capabilities")),
            new ReadOnlyObject(
                84, 0, new Obis(0, b, 28, 4, 0, 255), Count(fact, "dataSent"), Count(fact, "dataReceived"), Count(fact, "controlSent"), Count(fact, "controlReceived"), Count(fact, "channelAccessFailures"),
                Count(fact, "channelBusy")),
            new ReadOnlyObject(86, 0, new Obis(0, b, 28, 7, 0, 255), Text(fact, "firmware"), LongUnsigned(fact, "vendor"), LongUnsigned(fact, "product")),
        ],
        "g3" =>
        [
            new ReadOnlyObject(
                90, 1, new Obis(0, b, 29, 0, 0, 255), Count(fact, "dataSent"), Count(fact, "dataReceived"), Count(fact, "commandsSent"), Count(fact, "commandsReceived"), Count(fact, "channelAccessFailures"),
                Count(fact, "noAcknowledgements"), Count(fact, "macBadChecksums"), Count(fact, "broadcastsSent"), Count(fact, "broadcastsReceived")),
            // of class 91 the PAN id and the frame counter are known; its key table is nobody's business
            new ReadOnlyObject(91, 1, new Obis(0, b, 29, 1, 0, 255), null, null, Hexadecimal(fact, "panId"), null, Count(fact, "frameCounter")),
        ],
        _ => [],
    };

    private static Func<byte[]> Count(Func<string, string?> fact, string name) => Number(fact, name, uint.MaxValue, static (to, number) => to.UInt32(number));

    private static Func<byte[]> LongUnsigned(Func<string, string?> fact, string name) => Number(fact, name, ushort.MaxValue, static (to, number) => to.UInt16((ushort)number));

    private static Func<byte[]> Long(Func<string, string?> fact, string name) => Number(fact, name, (uint)short.MaxValue, static (to, number) => to.Int16((short)number));

    private static Func<byte[]> Unsigned(Func<string, string?> fact, string name) => Number(fact, name, byte.MaxValue, static (to, number) => to.UInt8((byte)number));

    private static Func<byte[]> Enumerated(Func<string, string?> fact, string name) => Number(fact, name, byte.MaxValue, static (to, number) => to.Enum((byte)number));

    private static Func<byte[]> Hexadecimal(Func<string, string?> fact, string name) => Number(fact, name, ushort.MaxValue, static (to, number) => to.UInt16((ushort)number), NumberStyles.AllowHexSpecifier);

    /// <summary>A number that fits its type; null-data for one that does not, or was not told.</summary>
    private static Func<byte[]> Number(Func<string, string?> fact, string name, uint most, Func<DataWriter, uint, DataWriter> write, NumberStyles style = NumberStyles.None) => () =>
        uint.TryParse(fact(name), style, CultureInfo.InvariantCulture, out var number) && number <= most ? write(new DataWriter(), number).ToArray() : Nothing();

    private static Func<byte[]> Text(Func<string, string?> fact, string name) => () => fact(name) is { Length: > 0 } text ? BoxData.Text(text) : Nothing();

    private static Func<byte[]> Octets(Func<string, string?> fact, string name) => () =>
        fact(name) is { Length: > 0 } hex && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? BoxData.Octets(Convert.FromHexString(hex)) : Nothing();

    private static byte[] Nothing() => new DataWriter().Null().ToArray();
}
