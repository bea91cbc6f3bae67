using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The client associates with a meter whose ciphering was written a second time.</summary>
public class AssociationTests
{
    private static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255");

    [Theory]
    [InlineData(0, false, 0)]
    [InlineData(1, false, 0)]
    [InlineData(2, false, 0)]
    [InlineData(3, false, 0)]
    [InlineData(4, false, 0)]
    [InlineData(5, false, 0)]
    [InlineData(6, false, 0)]
    [InlineData(3, true, 0)]
    [InlineData(5, true, 0)]
    [InlineData(5, true, 1)]
    [InlineData(5, true, 2)]
    [InlineData(6, true, 2)]
    public void Associates_reads_and_releases(int mechanism, bool ciphered, byte suite)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, mechanism, ciphered, suite), Conversation.Management(mechanism, suite, ciphered));
        Assert.Null(talk.Associate());
        Assert.Equal(AssociationState.Associated, talk.Session.State);
        Assert.Equal(0x06, talk.Get(3, Energy, 2).Data.Span[0]);
        Assert.Null(talk.Run(talk.Session.Release()));
        Assert.Equal(AssociationState.Closed, talk.Session.State);
        Assert.Null(talk.Associate());
    }

    [Fact]
    public void The_public_client_reads_identity_clock_and_counter_and_nothing_else()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), AssociationSettings.Public);
        Assert.Null(talk.Associate());
        Assert.Equal(talk.Meter.Name, System.Text.Encoding.ASCII.GetString(talk.Get(1, Obis.Parse("0-0:42.0.0*255"), 2).Data.Span[2..]));
        Assert.Null(talk.Get(8, Obis.Parse("0-0:1.0.0*255"), 2).Error);
        Assert.Null(talk.Get(1, Obis.Parse("0-0:43.1.0*255"), 2).Error);
        Assert.Equal((byte)3, talk.Get(3, Energy, 2).Error);
    }

    [Fact]
    public void The_answer_to_the_proof_may_come_once_more_before_that_to_the_first_question()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, 3, false), Conversation.Management(3, ciphered: false));
        byte[]? proof = null;
        talk.OnTheWay = answer =>
        {
            if (answer[0] == 0xC7 && proof is null)
            {
                proof = answer;
                return [answer];
            }

            return proof is null ? [answer] : [proof, answer];
        };
        Assert.Null(talk.Associate());
        Assert.Equal(0x06, talk.Get(3, Energy, 2).Data.Span[0]);
        Assert.NotNull(proof);
        Assert.Equal(1, talk.Session.Ignored);
    }

    [Fact]
    public void A_dedicated_key_serves_the_whole_association()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { HasDedicatedKey = true });
        Assert.Null(talk.Associate());
        var used = talk.Session.Security!.LastUsed;
        Assert.Null(talk.Get(3, Energy, 2).Error);
        Assert.Equal(used, talk.Session.Security.LastUsed);
    }

    [Fact]
    public void General_ciphering_of_a_service_serves_as_well()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { IsGeneral = true });
        Assert.Null(talk.Associate());
        Assert.Null(talk.Get(3, Energy, 2).Error);
    }

    public static TheoryData<int> ChallengeLengths => [.. Enumerable.Range(8, 57)];

    /// <summary>Other people's clients send what they like between 8 and 64 octets; a server in the field knows 16 only.</summary>
    [Theory]
    [MemberData(nameof(ChallengeLengths))]
    public void Every_mechanism_takes_challenges_of_8_to_64_octets(int length)
    {
        foreach (var (mechanism, ciphered) in new[] { (3, false), (4, false), (5, true), (5, false), (6, false), (6, true) })
        {
            var talk = new Conversation(new DlmsMeterPlan(1, 7, mechanism, ciphered), Conversation.Management(mechanism, 0, ciphered) with { ChallengeLength = length });
            Assert.Null(talk.Associate());
            Assert.Null(talk.Get(3, Energy, 2).Error);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(65)]
    public void Shorter_and_longer_ones_are_refused(int length)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { ChallengeLength = length });
        Assert.Contains("authentication failed", talk.Associate(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, true, "wrong password or key")]
    [InlineData(6, false, "refused our proof")]
    [InlineData(1, false, "authentication failed")]
    public void A_wrong_key_is_told_as_such(int mechanism, bool ciphered, string sentence)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, mechanism, ciphered), Conversation.Management(mechanism, 0, ciphered));
        talk.Meter.Keys.Guek = new byte[16];
        talk.Meter.Keys.Secret[0] ^= 1;
        var other = new ClientSession(talk.Session.Settings, talk.Session.Security, new byte[16]);
        var wrong = new Func<string?>(() =>
        {
            var question = other.Associate();
            while (true)
            {
                var step = other.Take(talk.Meter.Answer(1, question));
                if (step.Move != SessionMove.Ask)
                {
                    return step.Sentence;
                }

                question = step.Octets;
            }
        })();
        Assert.Contains(sentence, wrong, StringComparison.Ordinal);
        Assert.Equal(AssociationState.Closed, other.State);
    }

    [Fact]
    public void A_counter_behind_is_refused_and_the_meter_tells_the_one_it_expects()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management());
        Assert.Null(talk.Associate());
        talk.Meter.Keys.Expects = 900;
        Assert.Contains("another invocation counter (900)", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
        Assert.Equal(900u, talk.Session.HintedCounter);
    }

    [Fact]
    public void A_second_request_in_an_open_association_is_refused()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management());
        Assert.Null(talk.Associate());
        talk.Session.End();
        Assert.Contains("no reason given", talk.Associate(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reflected_challenge_is_refused()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, 3, false), Conversation.Management(3, 0, false));
        var request = (AssociationMessage)Pdu.Read(talk.Session.Associate(), out _)!;
        var aare = (AssociationMessage)Pdu.Read(talk.Meter.Answer(1, request.ToOctets()), out _)!;
        var fields = aare.Fields.Select(field => field.Tag == AssociationMessage.RespondingValue
            ? (field.Tag, (ReadOnlyMemory<byte>)(byte[])[0x80, (byte)request.AuthenticationValue!.Value.Length, .. request.AuthenticationValue.Value.Span]) : (field.Tag, field.Content)).ToList();
        var step = talk.Session.Take(AssociationMessage.Of(ApduTag.AssociationResponse, fields).ToOctets());
        Assert.Equal(SessionMove.Failed, step.Move);
        Assert.Contains("reflects", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_meter_that_has_another_key_than_it_says_is_no_partner()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, 6, false), Conversation.Management(6, 0, false));
        talk.OnTheWay = answer => [answer[0] == 0xC7 ? [.. answer[..^1], (byte)(answer[^1] ^ 1)] : answer];
        Assert.Contains("proof does not hold", talk.Associate(), StringComparison.Ordinal);
        Assert.Equal(AssociationState.Closed, talk.Session.State);
    }

    [Requirement("EU8")]
    [Fact]
    public void Every_flipped_bit_of_a_ciphered_answer_is_noticed()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management());
        Assert.Null(talk.Associate());
        for (var bit = 0; bit < 8 * 30; bit++)
        {
            talk.OnTheWay = answer =>
            {
                var copy = answer.ToArray();
                copy[bit / 8 % copy.Length] ^= (byte)(1 << (bit % 8));
                return [copy];
            };
            Assert.NotNull(talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))));
        }
    }
}
