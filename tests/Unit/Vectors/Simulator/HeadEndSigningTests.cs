using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concentrator.Security.Issued;
using Metering.Orders;
using Simulation.HeadEnd.Orders;
using Unit.Flows.Orders;

namespace Unit.Vectors.Simulator;

/// <summary>The simulated head-end signs with code of its own: pinned to what RFC 8785 prints, to an order that openssl signed, and to what the product believes.</summary>
public class HeadEndSigningTests
{
    [Theory]
    [InlineData("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}")]
    [InlineData("""{ "literals": [null, true, false], "numbers": [333333333.33333329, 4.50, 2e-3, 0.000001, -0, 1E20] }""", """{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,0.000001,0,100000000000000000000]}""")]
    [InlineData("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"", "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")]
    public void The_canonical_form_is_that_of_the_RFC_and_of_the_product(string text, string wanted)
    {
        using var document = JsonDocument.Parse(text);
        Assert.Equal(wanted, CanonicalForm.Of(document.RootElement));
        var to = new ArrayBufferWriter<byte>();
        Assert.Null(CanonicalJson.Write(document.RootElement, to));
        Assert.Equal(wanted, Encoding.UTF8.GetString(to.WrittenSpan));
    }

    [Fact]
    public void A_number_that_orders_do_not_need_is_refused() => Assert.Throws<FormatException>(() => CanonicalForm.Of(JsonDocument.Parse("1e30").RootElement));

    [Fact]
    public void The_order_that_openssl_signed_has_this_canonical_form()
    {
        var folder = MessageSchemas.Folder(".");
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(folder, "example-key.pem")));
        var order = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "examples", "cmd.json")))!.AsObject();
        var parts = order["signature"]!.GetValue<string>().Split("..");
        order.Remove("signature");
        using var document = JsonDocument.Parse(order.ToJsonString());
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(CanonicalForm.Of(document.RootElement)))}");
        Assert.True(key.VerifyData(signed, Base64Url.DecodeFromChars(parts[1]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public async Task The_box_believes_what_the_head_end_signs_and_nothing_that_was_changed_afterwards()
    {
        using var bench = new OrderBench();
        var signer = new OrderSigner(bench.Key, "hes-1");
        var now = bench.Clock.GetUtcNow().UtcDateTime;
        var order = signer.Sign(OrderSigner.Write("o1", "message", ["LGZ1030655933512"], """{"text":"Straße \"offen\" 10–11 Uhr\n½"}""", now));
        Assert.Empty(MessageSchemas.FaultsOf("cmd", order.ToJsonString()));
        var receipt = await bench.GiveAsync("message", order.ToJsonString());
        Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
        var forged = signer.Sign(OrderSigner.Write("o2", "message", ["LGZ1030655933512"], """{"text":"a"}""", now));
        forged["args"]!["text"] = "b";
        Assert.Equal((OrderState.Refused, "signature"), await bench.GiveAsync("message", forged.ToJsonString()) is var refused ? (refused.State, refused.Code) : default);
        Assert.Equal((OrderState.Refused, "unsigned"), await bench.GiveAsync("message", OrderSigner.Write("o3", "message", ["LGZ1030655933512"], """{"text":"a"}""", now).ToJsonString()) is var unsigned ? (unsigned.State, unsigned.Code) : default);
    }
}
