using System.Buffers;
using System.Text;
using System.Text.Json;
using Concentrator.Security.Issued;

namespace Unit.Vectors.Security;

/// <summary>The examples that RFC 8785 prints.</summary>
public class CanonicalJsonTests
{
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void A_number_is_written_as_appendix_B_writes_it(ulong bits, string text) => Assert.Equal(text, CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)));

    [Fact]
    public void The_sample_of_section_3_2_2_and_its_sorting_of_3_2_3_come_out_as_printed()
    {
        const string Sample = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;
        Assert.Equal(
            """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""", Canonical(Sample));
    }

    [Fact]
    public void Members_are_sorted_by_their_UTF_16_units_as_in_section_3_2_3()
    {
        const string Sample = """
            {
              "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """;
        using var sorted = JsonDocument.Parse(Canonical(Sample));
        Assert.Equal(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"],
            sorted.RootElement.EnumerateObject().Select(member => member.Value.GetString()));
    }

    [Fact]
    public void A_member_is_left_out_of_the_outermost_object_only()
    {
        using var document = JsonDocument.Parse("""{"b":{"signature":1},"signature":2,"a":[]}""");
        var to = new ArrayBufferWriter<byte>();
        Assert.Null(CanonicalJson.Write(document.RootElement, to, "signature"));
        Assert.Equal("""{"a":[],"b":{"signature":1}}""", Encoding.UTF8.GetString(to.WrittenSpan));
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}", "stands twice")]
    [InlineData("{\"a\":\"\\ud800\"}", "half of a surrogate pair")]
    [InlineData("{\"\\udc00\":1}", "half of a surrogate pair")]
    [InlineData("[1e400]", "is no double")]
    public void What_has_no_canonical_form_is_refused(string json, string sentence)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Contains(sentence, CanonicalJson.Write(document.RootElement, new ArrayBufferWriter<byte>()), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_double_comes_is_given_back_by_its_text()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 100_000; i++)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(number))
            {
                Assert.True(number == double.Parse(CanonicalJson.Number(number), System.Globalization.CultureInfo.InvariantCulture), $"seed {seed}: {number:R} became {CanonicalJson.Number(number)}");
            }
        }
    }

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        var to = new ArrayBufferWriter<byte>();
        Assert.Null(CanonicalJson.Write(document.RootElement, to));
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
