using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using Simulation.Dlms;
using Simulation.Plc;
using Simulation.Plc.Medium;
using Simulation.Plc.Prime;

namespace Unit.Flows.Simulator.Plc;

/// <summary>A PRIME network with its modem, and a host that writes down what the modem says.</summary>
internal sealed class PrimeBench : IDisposable
{
    /// <summary>A request for an association of the public client, without any security.</summary>
    internal static readonly byte[] PublicAssociation = Convert.FromHexString("601DA109060760857405080101BE10040E01000000065F1F0400007E1FFFFF");

    private readonly SimUsiFramer _framer = new();

    internal PrimeBench(PowerLinePlan plan, PrimePlan? prime = null, int seed = 1, bool meters = false)
    {
        Line = new PowerLine(plan, seed, Clock);
        Network = new PrimeNetwork(Line, prime ?? new PrimePlan(), place => meters ? new DlmsMeter(new DlmsMeterPlan(place.Number, seed), () => Clock.GetUtcNow().UtcDateTime) : null);
        Modem = Plug(new PrimeModem(Network));
    }

    internal FakeTimeProvider Clock { get; } = new(new DateTime(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc));

    internal PowerLine Line { get; }

    internal PrimeNetwork Network { get; }

    internal PrimeModem Modem { get; }

    /// <summary>What the modem said, payload by payload, and when.</summary>
    internal List<(DateTime At, byte[] Payload)> Heard { get; } = [];

    internal IEnumerable<byte[]> Of(byte command) => Heard.Where(one => one.Payload[0] == command).Select(one => one.Payload);

    internal IEnumerable<byte[]> Events(byte what) => Of(0x4F).Where(one => one[1] == what);

    internal PrimeModem Plug(PrimeModem modem)
    {
        modem.ToHost = octets =>
        {
            _framer.Take(octets);
            while (_framer.TryRead(out var _, out var payload))
            {
                Heard.Add((Line.Time.Now, payload));
            }
        };
        modem.PowerOn();
        return modem;
    }

    internal void Send(params byte[] payload) => Modem.Take(SimUsi.Frame(0x30, payload));

    /// <summary>Sends a request, and gives what the modem said in a while.</summary>
    internal List<byte[]> Ask(byte[] payload, double seconds = 0.1)
    {
        var from = Heard.Count;
        Send(payload);
        Run(seconds);
        return [.. Heard.Skip(from).Select(one => one.Payload)];
    }

    internal List<byte[]> AskData(ushort address, byte[] apdu, double seconds, byte client = 16) =>
        [.. Ask([0x37, 1, client, .. Word(address), .. Word((ushort)apdu.Length), .. apdu, 0], seconds).Where(one => one[0] is 0x38 or 0x39)];

    internal void Run(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>The address that a node was told with last.</summary>
    internal ushort AddressOf(PlcNode node)
    {
        var joined = Of(0x3A).Last(one => one.AsSpan(4 + one[1], 6).SequenceEqual(node.EuiOctets.Span));
        return BinaryPrimitives.ReadUInt16BigEndian(joined.AsSpan(2 + joined[1]));
    }

    internal PrimeEntry? EntryOf(PlcNode node) => Modem.Base?.Table.Find(node.Eui);

    internal static byte[] Word(ushort value) => [(byte)(value >> 8), (byte)value];

    public void Dispose() => Line.Dispose();
}
