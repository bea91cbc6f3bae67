using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>What other people's clients and servers do, and what must not matter.</summary>
public class TrapTests
{
    private static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255");

    [Fact]
    public void A_protocol_version_in_the_AARE_is_passed_over()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management());
        talk.OnTheWay = answer => [Pdu.Read(answer, out _) is AssociationMessage { Tag: ApduTag.AssociationResponse } aare
            ? AssociationMessage.Of(ApduTag.AssociationResponse, [(0x80, (byte[])[0x07, 0x80]), .. aare.Fields.Select(field => (field.Tag, field.Content))]).ToOctets() : answer];
        Assert.Null(talk.Associate());
        Assert.Null(talk.Get(3, Energy, 2).Error);
    }

    [Fact]
    public void A_public_client_may_show_a_title_that_means_nothing()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), AssociationSettings.Public);
        talk.OnTheWayThere = question => [Pdu.Read(question, out _) is AssociationMessage { Tag: ApduTag.AssociationRequest } aarq
            ? AssociationMessage.Of(ApduTag.AssociationRequest, [aarq.Fields.Select(field => (field.Tag, field.Content)).First(), (AssociationMessage.CallingTitle, (byte[])[0x04, 8, 9, 8, 7, 6, 5, 4, 3, 2]), .. aarq.Fields.Skip(1).Select(field => (field.Tag, field.Content))]).ToOctets()
            : question];
        Assert.Null(talk.Associate());
        Assert.Null(talk.Get(8, Obis.Parse("0-0:1.0.0*255"), 2).Error);
    }

    [Fact]
    public void A_server_whose_first_counter_is_0_is_believed_once()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management(), new MemoryCounters());
        talk.Meter.Keys.Sends = 0;
        Assert.Null(talk.Associate());
        Assert.Null(talk.Get(3, Energy, 2).Error);
        talk.Meter.Keys.Sends = 0;
        Assert.Contains("was used before", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_response_with_lengths_that_are_too_short_ends_the_association()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management());
        Assert.Null(talk.Associate());
        talk.OnTheWay = _ => [Convert.FromHexString("6324800100BE220421281F300000001E9794D6EE9D4052647AED7112D520A1D300A6AB963CA5381F1DE9")];
        Assert.Null(talk.Run(talk.Session.Release()));
        Assert.Equal(AssociationState.Closed, talk.Session.State);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(64)]
    public void The_products_host_takes_challenges_of_8_to_64_octets_and_answers_the_whole_of_them(int length)
    {
        foreach (var mechanism in new[] { 3, 4, 5, 6 })
        {
            var talk = new Conversation(new DlmsMeterPlan(1, 7, mechanism), Conversation.Management(mechanism) with { ChallengeLength = length }, host: HostOf);
            Assert.Null(talk.Associate());
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(65)]
    public void Shorter_and_longer_challenges_are_refused(int length)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { ChallengeLength = length }, host: HostOf);
        Assert.NotNull(talk.Associate());
    }

    [Fact]
    public void No_host_gives_a_challenge_twice()
    {
        var challenges = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management(), host: i % 2 == 0 ? HostOf : null);
            var aare = (AssociationMessage)Pdu.Read(talk.Answer(talk.Session.Associate()), out _)!;
            Assert.True(challenges.Add(Convert.ToHexString(aare.AuthenticationValue!.Value.Span)));
        }
    }

    private static HostSecurity HostOf(DlmsMeter meter)
    {
        var security = new HostSecurity(meter.Keys.Title, meter.Keys.Suite, meter.Keys.Guek, meter.Keys.Gak, meter.Keys.Secret, new MemoryCounters(), new KeyName("host", KeyPurpose.Guek, 1));
        security.Grant(0, 1000);
        return security;
    }
}
