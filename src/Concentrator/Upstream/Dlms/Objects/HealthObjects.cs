using System.Text;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>Where the box has its time from (class 100), and what is wrong with it now (class 1, alarm register). Read only; layout of class 100 not checked against the text [K].</summary>
internal static class HealthObjects
{
    private const byte WithoutAuthentication = 0;

    /// <summary>A setup for each time server of the configuration; the instance in group B is its place among them, from 0.</summary>
    internal static IEnumerable<CosemObject> TimeServers(IReadOnlyList<(string Host, int Port)> servers) => servers.Take(byte.MaxValue).Select((server, i) => new ReadOnlyObject(
        100, 0, new Obis(0, (byte)i, 25, 10, 0, 255), () => new DataWriter().Boolean(true).ToArray(), () => BoxData.Octets(Encoding.ASCII.GetBytes(server.Host)),
        () => new DataWriter().UInt16((ushort)server.Port).ToArray(), () => BoxData.Enum(WithoutAuthentication), () => new DataWriter().Array(0).ToArray(), null));

    /// <summary>Bits of what is wrong as long as it is: 0 the storage, 1 the clock, 2 a driver, 3 the way to a head-end.</summary>
    internal static CosemObject Alarms(IBoxStatus status) => new ReadOnlyObject(1, 0, new Obis(0, 0, 97, 98, 0, 255), () => BoxData.Number(AlarmsOf(status.Snapshot())));

    private static int AlarmsOf(BoxStatus now)
    {
        bool[] wrong =
        [
            !now.Storage.Healthy, now.Now.Quality != TimeQuality.Synchronised, now.Drivers.Any(driver => driver.State != LinkState.Listening), now.Upstreams.Any(upstream => !upstream.Connected || upstream.Sentence is not null),
        ];
        return wrong.Select((isWrong, bit) => isWrong ? 1 << bit : 0).Sum();
    }
}
