using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Meters behind a gateway: the prefix stands outside of everything and counts in the longest PDU.</summary>
public class GatewayTests
{
    private const int LongestPdu = 160;
    private static readonly byte[] Address = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37];

    [Fact]
    public async Task A_profile_is_read_and_a_long_value_written_in_blocks_that_fit_with_their_prefix()
    {
        var gateway = new SimulatedGateway(LongestPdu);
        var longest = 0;
        await using var bench = Bench(gateway, 1, answer => longest = Math.Max(longest, answer.Length));
        var store = new Store();
        bench.Meter.Device.Add(store);
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
        var step = await bench.ReadAsync("load-profile");
        Assert.True(step.State == OrderState.Done, step.Sentence);
        DlmsDriverTests.AssertRows(bench.Meter, step.Block!);
        Assert.InRange(longest, LongestPdu - 40, LongestPdu);
        var value = new DataWriter().Octets(Enumerable.Range(0, 700).Select(i => (byte)i).ToArray()).ToArray();
        step = await bench.OrderAsync(OrderKind.Write, new WriteOrder(new CosemTarget(1, store.Name, 2), value).ToPayload());
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(value, store.Value);
        Assert.InRange(gateway.LongestQuestion, LongestPdu - 40, LongestPdu);
    }

    [Fact]
    public async Task A_meter_the_gateway_does_not_know_is_told_in_its_words()
    {
        await using var bench = Bench(new SimulatedGateway(LongestPdu), 2, _ => { });
        Assert.True(await bench.ListeningAsync());
        Assert.Contains("the gateway at udp://gateway answers for meter 3031323334353637 in network 2", bench.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_peoples_prefixes_are_written_and_read()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() is "gen-gateway"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            if (octets[0] != 0xE6)
            {
                octets = octets[0] == 0 ? octets[8..] : octets[11..^3]; // behind the wrapper; behind HDLC and LLC
            }

            var prefix = new GatewayPrefix(1, "0123"u8.ToArray());
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(prefix.Wrap(octets.AsMemory(prefix.Length))));
            octets[0] = 0xE7;
            Assert.True(prefix.TryUnwrap(octets, out var apdu, out _));
            Assert.Equal(Convert.ToHexString(octets[7..]), Convert.ToHexString(apdu.Span));
            rows++;
        }

        Assert.True(rows >= 8);
    }

    [Fact]
    public void Answers_of_other_meters_are_passed_over_and_words_without_prefix_are_the_gateways()
    {
        var prefix = new GatewayPrefix(1, Address);
        Assert.False(prefix.TryUnwrap(new Gateway(true, 2, Address, (byte[])[0xC4]).ToOctets(), out _, out var sentence));
        Assert.Null(sentence);
        Assert.False(prefix.TryUnwrap(new Gateway(true, 1, (byte[])[9], (byte[])[0xC4]).ToOctets(), out _, out sentence));
        Assert.Null(sentence);
        Assert.False(prefix.TryUnwrap((byte[])[0xD8, 1, 1], out _, out sentence));
        Assert.Contains("operation not possible", sentence, StringComparison.Ordinal);
        Assert.False(prefix.TryUnwrap((byte[])[0xC4, 1, 0xC1, 0, 0], out _, out sentence));
        Assert.Contains("without the prefix", sentence, StringComparison.Ordinal);
    }

    private static DriverBench Bench(SimulatedGateway gateway, byte network, Action<byte[]> heard) => new(
        new DlmsMeterPlan(3, 7, LongestPdu: LongestPdu), change: options => options with
        {
            Port = "udp://gateway", Gateway = new GatewayPrefix(network, Address), Association = options.Association with { LongestPdu = LongestPdu },
        },
        port: (meter, clock) => new DatagramWire(meter, clock)
        {
            Instead = datagram =>
            {
                gateway.Add(1, Address, meter);
                if (gateway.Answer((datagram[2] << 8) | datagram[3], datagram[8..]) is not { } answer)
                {
                    return [];
                }

                heard(answer);
                return [[0, 1, datagram[4], datagram[5], datagram[2], datagram[3], (byte)(answer.Length >> 8), (byte)answer.Length, .. answer]];
            },
        });

    private sealed class Store() : CosemObject(1, 0, Obis.Parse("0-0:96.13.0*255"))
    {
        internal byte[] Value { get; private set; } = [0];

        public override int Attributes => 2;

        public override DataResult Get(int attribute, Selection? access) => Result(Value);

        public override byte Set(int attribute, ReadOnlyMemory<byte> value)
        {
            Value = value.ToArray();
            return Success;
        }
    }
}
