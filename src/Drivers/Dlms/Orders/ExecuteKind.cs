using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Executes one method; what it returns is the answer.</summary>
internal sealed class ExecuteKind : IOrderKind
{
    public OrderKind Kind => OrderKind.Execute;

    public string? Refusal(MeterOrder order) => ExecuteOrder.Parse(order.Payload) is { Parameters.IsEmpty: false } execute && !AXdrReader.IsOneData(execute.Parameters.Span)
        ? $"the parameters of {ModelText.OfMethod(WriteKind.Descriptor(execute.Target))} are no single Data in A-XDR" : null;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var execute = ExecuteOrder.Parse(order.Payload);
        var method = WriteKind.Descriptor(execute.Target);
        ReadOnlyMemory<byte>? none = null;
        var returned = await meter.InvokeAsync(method, execute.Parameters.IsEmpty ? none : execute.Parameters, stop).ConfigureAwait(false);
        yield return new OrderStep(OrderState.Done, $"{ModelText.OfMethod(method)} is done", null, returned);
    }
}
