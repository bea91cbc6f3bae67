namespace Unit.Flows.Orders;

/// <summary>Orders that must not be carried out, over every medium: each is told its word, each is one audited event, and no APDU comes to any meter.</summary>
public class RefusedOrderTests
{
    private static readonly (string Kind, string Code)[] Kinds =
    [
        ("late", "stale"), ("over", "expired"), ("early", "early"), ("no window", "validity"), ("doubled nonce", "replayed"), ("doubled id", "other-content"), ("reordered", "reordered"),
        ("reordered approval", "nothing-to-approve"), ("bit of the body", "signature"), ("bit of the signature", "signature"), ("another key", "signature"), ("a key nobody knows", "signature"),
        ("alg none", "signature"), ("alg HS256 with the public key", "signature"), ("another verb", "signature"), ("unsigned", "unsigned"), ("unsigned with a key's name", "signature"),
        ("over the limit", "over-limit"), ("approved by its giver", "same-approver"), ("retained", "retained"), ("a stranger's meter", "unknown-meter"), ("what measures", "protected"), ("a key in clear", "arguments"),
    ];

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (kind, code) in Kinds)
            {
                foreach (var medium in OrderRuns.Media)
                {
                    rows.Add(medium, kind, code);
                }
            }

            return rows;
        }
    }

    [Requirement("EU8", "P1", "F4")]
    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_refused_order_is_one_audited_event_and_reaches_no_meter(string medium, string kind, string code)
    {
        var refused = await OrderRuns.OfAsync(kind, "refuse", medium);
        Assert.Equal((code, 1, 0L), (refused.Text("Code"), refused.GetProperty("Audited").GetInt32(), refused.GetProperty("Asked").GetInt64()));
        Assert.Equal(["refused"], refused.Texts("Told"));
    }

    [Requirement("P1")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    [InlineData("serial")]
    public async Task What_is_no_order_at_all_has_nobody_to_be_told_and_is_audited_all_the_same(string medium)
    {
        var refused = await OrderRuns.OfAsync("no order at all", "refuse", medium);
        Assert.Equal((1, 0L), (refused.GetProperty("Audited").GetInt32(), refused.GetProperty("Asked").GetInt64()));
        Assert.Empty(refused.Texts("Told"));
    }

    [Requirement("P1")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    [InlineData("serial")]
    public async Task An_order_that_waits_for_a_second_word_is_over_without_it_and_no_meter_was_told_anything(string medium)
    {
        var waited = await OrderRuns.OfAsync("without a second word", "refuse", medium);
        Assert.Equal(("expired", 0L), (waited.Text("Code"), waited.GetProperty("Asked").GetInt64()));
        Assert.Equal(["accepted", "expired"], waited.Texts("Told"));
    }
}
