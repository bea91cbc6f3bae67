using Concentrator.Ports;
using Metering.Orders;
using Protocols.Dlms.Wrapper;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Head-ends that know the PRIME DC wrapper: devices that come and go, and data by their numbers.</summary>
public class PrimeDcFlowTests
{
    [Fact]
    public async Task Devices_are_told_once_asked_for_and_as_they_come_and_go()
    {
        await using var bench = new NorthBench();
        bench.Join("SIM0000000000007", "plc0", "0080E1010203");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        await headEnd.SendAsync(1, 0, new DcMessage.StartReporting().ToOctets());
        Assert.Equal("01010000011053494D303030303030303030303030370080E1010203", await ControlAsync(headEnd));
        bench.Join("SIM0000000000008");
        Assert.Equal("01010100011053494D30303030303030303030303038000000000000", await ControlAsync(headEnd));
        bench.Leave("SIM0000000000008");
        Assert.Equal("020101", await ControlAsync(headEnd));
        bench.Join("SIM0000000000008"); // the number stays
        Assert.Equal("01010100011053494D30303030303030303030303038000000000000", await ControlAsync(headEnd));
        await headEnd.SendAsync(1, 0, new DcMessage.StartReporting().ToOctets());
        Assert.StartsWith("010100", await ControlAsync(headEnd), StringComparison.Ordinal);
        Assert.StartsWith("010101", await ControlAsync(headEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_goes_by_the_number_of_the_device_and_not_before_reporting_was_asked_for()
    {
        var seen = new List<PassThroughOrder>();
        await using var bench = new NorthBench(desk: new EchoDesk(seen));
        bench.Join("SIM0000000000007", "plc0", "0080E1010203");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var get = Convert.FromHexString("C001C100080000010000FF0200");
        Assert.Equal([0xD8, 2, 1], await headEnd.AskAsync(0x10, 0x0100, get));
        await headEnd.SendAsync(1, 0, new DcMessage.StartReporting().ToOctets());
        Assert.StartsWith("010100", await ControlAsync(headEnd), StringComparison.Ordinal);
        await headEnd.SendAsync(0x10, 0x0100, get);
        var frame = (await headEnd.ReceiveAsync())!.Value;
        Assert.Equal((0x0100, 0x10, Convert.ToHexString(get)), (frame.Source, frame.Destination, Convert.ToHexString(frame.Apdu.Span)));
        Assert.Equal((0x10, 1), (seen[^1].Client, seen[^1].Server));
        Assert.Equal([0xD8, 2, 1], await headEnd.AskAsync(0x10, 0x0101, get));
    }

    [Fact]
    public async Task A_device_that_is_let_go_is_let_go_at_once_and_one_that_closes_by_itself_is_not_told_as_new()
    {
        var seen = new List<PassThroughOrder>();
        await using var bench = new NorthBench(desk: new EchoDesk(seen));
        bench.Join("SIM0000000000007");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        await headEnd.SendAsync(1, 0, new DcMessage.StartReporting().ToOctets());
        await ControlAsync(headEnd);
        await headEnd.AskAsync(1, 0x0100, Convert.FromHexString("C001C100080000010000FF0200"));
        await headEnd.SendAsync(1, 0, new DcMessage.DeleteMeter(0x0100).ToOctets());
        Assert.True(await Patience.UntilAsync(() => seen is [.., { Ends: true }]));
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.PassThroughEnded);
        await headEnd.SendAsync(1, 0, new DcMessage.EnableAutoClose(0x0100).ToOctets());
        await headEnd.AskAsync(1, 9, (byte[])[0xC0]); // behind it: it was taken
        bench.Leave("SIM0000000000007");
        Assert.Equal("020100", await ControlAsync(headEnd));
        bench.Join("SIM0000000000007");
        bench.Join("SIM0000000000008");
        Assert.StartsWith("010101", await ControlAsync(headEnd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_hears_of_devices_who_did_not_prove_himself()
    {
        await using var bench = new NorthBench();
        bench.Join("SIM0000000000007");
        var headEnd = bench.Connect();
        await headEnd.SendAsync(1, 0, new DcMessage.StartReporting().ToOctets());
        Assert.Equal([0xD8, 2, 2], await headEnd.AskAsync(1, 1, (byte[])[0xC0]));
        Assert.Equal(1, bench.Counted.NotAllowed);
    }

    private static async Task<string> ControlAsync(HeadEnd headEnd)
    {
        var frame = (await headEnd.ReceiveAsync())!.Value;
        Assert.Equal((0, 1), (frame.Source, frame.Destination));
        return Convert.ToHexString(frame.Apdu.Span);
    }

    /// <summary>Meters that answer what they are asked.</summary>
    private sealed class EchoDesk(List<PassThroughOrder> seen) : IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            var passed = PassThroughOrder.Parse(order.Payload);
            seen.Add(passed);
            yield return new OrderStep(OrderState.Done, "", null, passed.Apdu);
        }
    }
}
