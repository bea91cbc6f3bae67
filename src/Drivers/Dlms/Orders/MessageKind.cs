using System.Runtime.CompilerServices;
using System.Text;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Shows the customer a message: it is written in the type of text the meter has there, and read back.</summary>
internal sealed class MessageKind : IOrderKind
{
    private const int MostLetters = 4096, Shown = 60;

    public OrderKind Kind => OrderKind.Message;

    public string? Refusal(MeterOrder order) => MessageOrder.Parse(order.Payload) switch
    {
        { Text.Length: > MostLetters } => $"a message has at most {MostLetters} letters",
        { Text: var text } when text.Any(letter => char.IsControl(letter) && letter != '\n') => "a message has no control characters but new lines",
        _ => null,
    };

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var message = MessageOrder.Parse(order.Payload);
        var known = meter.Profile.Controls;
        var place = message.Place ?? known.Messages.FirstOrDefault() ?? "";
        var (name, longest) = known.Message(place) ?? throw new MeterRefusalException(
            $"a meter of profile {meter.Profile.Name} shows no message{(place.Length > 0 ? $" at \"{place}\"" : "")}{(known.Messages.Count > 0 ? ": it does at " + string.Join(", ", known.Messages) : "")}");
        var target = new AttributeDescriptor(1, name, 2);
        var before = await meter.DemandAsync(target, stop).ConfigureAwait(false);
        meter.Before = TextOf(before.Span);
        var value = DataOf(message.Text, before.Span);
        if ((value is null ? $"the meter takes letters of ASCII there" : Encoding.UTF8.GetByteCount(message.Text) > longest ? $"the meter takes {longest} octets there" : null) is { } refusal)
        {
            yield return meter.Proven(OrderState.Refused, $"the message does not fit: {refusal}; nothing was sent", meter.Before);
            yield break;
        }

        var writes = new ProvenWrites(meter);
        writes.Add(target, value!);
        await writes.WriteAsync(stop).ConfigureAwait(false);
        var fault = writes.Refusal ?? await writes.DifferenceAsync(stop).ConfigureAwait(false);
        var after = TextOf((await meter.DemandAsync(target, stop).ConfigureAwait(false)).Span);
        yield return meter.Proven(fault is null ? OrderState.Done : OrderState.Failed, fault ?? $"the message stands at {place} and reads back", after);
    }

    /// <summary>As the meter's own text is; null where it is ASCII and the message is not.</summary>
    private static byte[]? DataOf(string text, ReadOnlySpan<byte> present)
    {
        var tag = present.IsEmpty ? AXdrTag.OctetString : (AXdrTag)present[0];
        var octets = new DataWriter().Octets(Encoding.UTF8.GetBytes(text)).ToArray();
        if (tag == AXdrTag.VisibleString && text.Any(letter => letter > 0x7E))
        {
            return null;
        }

        octets[0] = (byte)(tag is AXdrTag.VisibleString or AXdrTag.Utf8String ? tag : AXdrTag.OctetString);
        return octets;
    }

    private static string TextOf(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var item) || item.Content.IsEmpty)
        {
            return "no message";
        }

        var text = new string([.. Encoding.UTF8.GetString(item.Content).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return text.Length > Shown ? $"\"{text[..Shown]}..\"" : $"\"{text}\"";
    }
}
