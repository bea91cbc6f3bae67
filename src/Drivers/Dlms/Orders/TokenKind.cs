using System.Globalization;
using System.Runtime.CompilerServices;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Enters a prepayment token, once in its life. The meter's status of it is the result; a token that was sent before is only looked after.</summary>
internal sealed class TokenKind : IOrderKind
{
    private const int LongestToken = 255;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1), ProcessedWithin = TimeSpan.FromSeconds(20);

    public OrderKind Kind => OrderKind.Token;

    public bool PassesOwner => true;

    public string? Refusal(MeterOrder order) => TokenOrder.Parse(order.Payload).Token.Length is 0 or > LongestToken ? $"a token has 1 to {LongestToken} octets" : null;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var token = TokenOrder.Parse(order.Payload);
        var gateway = meter.Named(token.Gateway, meter.Profile.Controls.TokenGateway, "token gateway");
        var mark = SentTokens.MarkOf(token.Token.Span);
        var before = await TokenLook.TakeAsync(meter, gateway, stop).ConfigureAwait(false);
        if (SentTokens.Has(meter, mark, out var credit))
        {
            yield return LookAfter(meter, token, before, credit);
            yield break;
        }

        meter.Before = before.Text;
        await SentTokens.AddAsync(meter, mark, before.Credit, stop).ConfigureAwait(false);
        var result = await meter.ActAsync(TokenLook.Enter(gateway), new DataWriter().Octets(token.Token.Span).ToArray(), stop).ConfigureAwait(false);
        yield return await SettleAsync(meter, gateway, token, before, result, stop).ConfigureAwait(false);
    }

    private static async ValueTask<OrderStep> SettleAsync(OrderMeter meter, Obis gateway, TokenOrder token, TokenLook before, byte result, CancellationToken stop)
    {
        var began = meter.Clock.GetTimestamp();
        while (true)
        {
            var after = await TokenLook.TakeAsync(meter, gateway, stop).ConfigureAwait(false);
            var isOfIt = after.IsOf(token.Token.Span, before);
            if (isOfIt && after.IsSettled)
            {
                return meter.Proven(after.IsDone ? OrderState.Done : OrderState.Failed, after.Text, after.Text);
            }

            if (!isOfIt && result != 0)
            {
                return meter.Proven(OrderState.Failed, $"the meter refuses {ModelText.OfMethod(TokenLook.Enter(gateway))}: {ErrorText.OfAction(result)}; {after.Text}", after.Text);
            }

            if (meter.Clock.GetElapsedTime(began) > ProcessedWithin)
            {
                return meter.Proven(OrderState.Unknown, $"the token was sent, and the meter does not say what became of it: {after.Text}", after.Text);
            }

            await Task.Delay(LookAgain, meter.Clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>What became of a token that was sent before; it is not sent again.</summary>
    private static OrderStep LookAfter(OrderMeter meter, TokenOrder token, in TokenLook now, long? creditThen)
    {
        const string NotAgain = "this token was sent before and is not sent again";
        var then = creditThen is { } credit ? string.Create(CultureInfo.InvariantCulture, $", credit {credit} before") : "";
        meter.Before = creditThen is { } was ? string.Create(CultureInfo.InvariantCulture, $"credit {was}") : null;
        if (now.Token is null || !token.Token.Span.SequenceEqual(now.Token))
        {
            // Another one came since, or it never arrived; a meter that hides its tokens tells nothing at all.
            return meter.Proven(now.Token is null ? OrderState.Unknown : OrderState.Failed, $"{NotAgain}: the meter's last token is {(now.Token is null ? "hidden" : "another one")}, {now.Text}{then}", now.Text);
        }

        return meter.Proven(now.IsDone ? OrderState.Done : now.IsSettled ? OrderState.Failed : OrderState.Unknown, $"{NotAgain}: {now.Text}{then}", now.Text);
    }
}
