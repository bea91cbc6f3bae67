using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>general-ciphering, general-signing and mechanism 7 in whole associations: with a meter that was written a second time, and with the product's own host.</summary>
public class EnvelopeTests
{
    private static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255"), Load = Obis.Parse("1-0:99.1.0*255");
    private static readonly Dictionary<byte, KeyPairs> Pairs = new() { [1] = new KeyPairs(1), [2] = new KeyPairs(2) };

    public static TheoryData<byte, GeneralKey, bool, bool> Ways => new(
        from suite in new byte[] { 1, 2 } from way in Enum.GetValues<GeneralKey>() from signed in new[] { false, true } from product in new[] { false, true } select (suite, way, signed, product));

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_to_tell_a_key_serves_signed_and_unsigned_in_blocks_and_whole(byte suite, GeneralKey way, bool signed, bool product)
    {
        foreach (var general in new[] { false, true })
        {
            var settings = Conversation.Management(5, suite) with { GeneralKey = way, IsSigned = signed, PrefersGeneralBlocks = general };
            var talk = Pairs[suite].Talk(new DlmsMeterPlan(1, 7, Suite: suite, LongestPdu: 900) { PrefersGeneralBlocks = general }, settings, product);
            Assert.Null(talk.Associate());
            var outer = 0;
            talk.OnTheWay = answer =>
            {
                outer = answer[0];
                return [answer];
            };
            Assert.Equal(0x06, talk.Get(3, Energy, 2).Data.Span[0]);
            Assert.Equal(way != GeneralKey.None ? 0xDD : signed ? 0xDB : 0xCC, outer);
            Assert.True(talk.Get(7, Load, 2).Data.Length > 5000);
            Assert.InRange(talk.LongestAnswer, 1, 900);
        }
    }

    [Theory]
    [InlineData(GeneralKey.Identified)]
    [InlineData(GeneralKey.Wrapped)]
    [InlineData(GeneralKey.OnePass)]
    [InlineData(GeneralKey.Static)]
    public void Every_changed_octet_of_an_answer_and_every_old_answer_is_refused(GeneralKey way)
    {
        var talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, Suite: 1), Conversation.Management(5, 1) with { GeneralKey = way, IsSigned = true });
        Assert.Null(talk.Associate());
        byte[] old = [];
        talk.OnTheWay = answer => [old = answer];
        Assert.Null(talk.Get(3, Energy, 2).Error);
        talk.OnTheWay = _ => [old];
        Assert.NotNull(talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))));
        for (var at = 0; at < old.Length; at += 3)
        {
            talk.OnTheWay = answer =>
            {
                answer[at % answer.Length] ^= 0x04;
                return [answer];
            };
            Assert.NotNull(talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_question_that_is_asked_again_word_for_word_is_not_answered_again(bool product)
    {
        foreach (var way in new[] { GeneralKey.Identified, GeneralKey.Wrapped, GeneralKey.OnePass, GeneralKey.Static })
        {
            var talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, Suite: 1), Conversation.Management(5, 1) with { GeneralKey = way }, product);
            Assert.Null(talk.Associate());
            ReadOnlyMemory<byte> asked = default;
            talk.OnTheWayThere = question => [asked = question.ToArray()];
            Assert.Null(talk.Get(3, Energy, 2).Error);
            Assert.Equal(0xD8, talk.Answer(asked)![0]);
            Assert.Equal(0xDD, asked.Span[0]);
        }
    }

    [Fact]
    public void What_is_not_signed_or_not_ciphered_as_agreed_is_refused()
    {
        var talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, Suite: 1), Conversation.Management(5, 1) with { GeneralKey = GeneralKey.Identified, IsSigned = true });
        var unsigned = Pairs[1].Talk(new DlmsMeterPlan(1, 7, Suite: 1), Conversation.Management(5, 1) with { GeneralKey = GeneralKey.Identified });
        Assert.Null(talk.Associate());
        Assert.Null(unsigned.Associate());
        byte[] bare = [];
        unsigned.OnTheWay = answer => [bare = answer];
        Assert.Null(unsigned.Get(3, Energy, 2).Error);
        talk.OnTheWay = answer => [new GeneralCiphering(((GeneralCiphering)Pdu.Read(answer, out _)!).Header, null, ((GeneralCiphering)Pdu.Read(bare, out _)!).Content).ToOctets()];
        Assert.Contains("tells its key in no way", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
        talk.OnTheWay = _ => [bare];
        Assert.Contains("ours: a replay, or late", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
        talk.OnTheWay = _ => [new GetResponse.Normal(new InvokeId(0xC3), new DataResult((byte[])[0x06, 0, 0, 0, 1], null)).ToOctets()];
        Assert.Contains("in clear", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Mechanism_7_proves_both_sides_by_certificates(byte suite, bool product)
    {
        foreach (var ciphered in new[] { true, false })
        {
            var talk = Pairs[suite].Talk(new DlmsMeterPlan(1, 7, 7, ciphered, suite), Conversation.Management(7, suite, ciphered), product, certificates: true);
            Assert.Null(talk.Associate());
            Assert.Null(talk.Get(3, Energy, 2).Error);
        }
    }

    [Theory]
    [InlineData("2027-12-01", null, "not at 2027-12-01")]
    [InlineData("2026-11-23", "4D4D4D0000BC614E", "is not that of system title 53494D0000000001")]
    public void A_certificate_that_is_not_believed_ends_the_association_with_the_reason(string at, string? name, string sentence)
    {
        var judged = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
        var talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, 7, true, 1), Conversation.Management(7, 1), certificates: true, judgedAt: () => judged, meterName: name);
        Assert.Contains(sentence, talk.Associate(), StringComparison.Ordinal);
        Assert.Equal(AssociationState.Closed, talk.Session.State);
    }

    [Fact]
    public void Mechanism_7_fails_with_the_keys_of_others()
    {
        var talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, 7, true, 1), Conversation.Management(7, 1));
        talk.Meter.Keys.Signing = System.Security.Cryptography.ECDsa.Create(Pairs[1].Curve);
        Assert.Contains("proof does not hold", talk.Associate(), StringComparison.Ordinal);
        talk = Pairs[1].Talk(new DlmsMeterPlan(1, 7, 7, true, 1), Conversation.Management(7, 1));
        talk.Meter.Keys.ClientSigning = KeyAgreement.PublicOctets(talk.Meter.Keys.Signing!);
        Assert.Contains("refused our proof", talk.Associate(), StringComparison.Ordinal);
        talk = new Conversation(new DlmsMeterPlan(1, 7, 7, true, 1), Conversation.Management(7, 1));
        Assert.Contains("wants keys that are not there", talk.Associate(), StringComparison.Ordinal);
    }
}
