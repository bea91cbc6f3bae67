using System.Threading.Channels;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>An order that waits for its meter, or is under way.</summary>
/// <param name="Steps">Where its steps go.</param>
/// <param name="Since">When it came, as a time stamp of the clock.</param>
/// <param name="Caller">Who gave it does not want it any more.</param>
internal sealed record QueuedOrder(MeterOrder Order, ChannelWriter<OrderStep> Steps, long Since, CancellationToken Caller);
