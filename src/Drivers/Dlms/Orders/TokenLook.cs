using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Drivers.Dlms.Orders;

/// <summary>What a token gateway says of the token it was given last, and the credit (IEC 62056-6-2, class 115 and 112; status codes from general knowledge, to be checked with a meter).</summary>
/// <param name="Token">The last one, empty where there was none; null where the meter does not show it.</param>
/// <param name="Time">When it came, as the meter writes it.</param>
/// <param name="Status">Its status code; null where none is given.</param>
/// <param name="Credit">current_credit_amount; null where none is known.</param>
internal readonly record struct TokenLook(byte[]? Token, ReadOnlyMemory<byte> Time, int? Status, long? Credit)
{
    private const ushort Gateway = 115, Account = 112;
    private const int ExecutionDone = 3, FirstFailure = 4, LastFailure = 7;

    internal static AttributeDescriptor Enter(Obis gateway) => new(Gateway, gateway, 1);

    /// <summary>The meter has done with it, one way or the other.</summary>
    internal bool IsSettled => Status is >= ExecutionDone and <= LastFailure;

    /// <summary>It was executed.</summary>
    internal bool IsDone => Status == ExecutionDone;

    /// <summary>For people; never the token.</summary>
    internal string Text => $"{Word}{(Credit is { } credit ? string.Create(CultureInfo.InvariantCulture, $", credit {credit}") : "")}";

    private string Word => Status switch
    {
        null => "no token status",
        0 => "token format right", 1 => "token authentic", 2 => "token valid", ExecutionDone => "token executed",
        FirstFailure => "token of a wrong format", 5 => "token not authentic", 6 => "token not valid", LastFailure => "token not executed",
        8 => "token received and not processed yet",
        var other => string.Create(CultureInfo.InvariantCulture, $"token status {other}"),
    };

    /// <summary>It tells of this token, not of one before.</summary>
    internal bool IsOf(ReadOnlySpan<byte> token, in TokenLook before) => Token is null ? !Time.Span.SequenceEqual(before.Time.Span) : token.SequenceEqual(Token);

    internal static async ValueTask<TokenLook> TakeAsync(OrderMeter meter, Obis gateway, CancellationToken stop)
    {
        var status = await meter.DemandAsync(new AttributeDescriptor(Gateway, gateway, 6), stop).ConfigureAwait(false);
        var visit = await meter.VisitAsync(stop).ConfigureAwait(false);
        var token = await visit.GetAsync(new AttributeDescriptor(Gateway, gateway, 2), null, stop).ConfigureAwait(false);
        var time = await visit.GetAsync(new AttributeDescriptor(Gateway, gateway, 3), null, stop).ConfigureAwait(false);
        var credit = meter.Profile.Controls.Credit.IsNone ? null : await visit.GetAsync(new AttributeDescriptor(Account, meter.Profile.Controls.Credit, 2), null, stop).ConfigureAwait(false);
        return new TokenLook(ContentOf(token), time ?? default, StatusOf(status.Span), credit is { } amount && new AXdrReader(amount.Span).TryInteger(out var number) ? (long)number : null);
    }

    private static int? StatusOf(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var head) && head is { Tag: AXdrTag.Structure, Count: 2 } && reader.TryInteger(out var code) ? (int)code : null;
    }

    private static byte[]? ContentOf(ReadOnlyMemory<byte>? data)
    {
        var reader = new AXdrReader((data ?? default).Span);
        return reader.TryItem(out var item) && item.Tag == AXdrTag.OctetString ? item.Content.ToArray() : null;
    }
}
