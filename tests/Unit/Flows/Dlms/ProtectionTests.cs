using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>How APDUs are protected: against a meter that was written a second time, and against the product's own host.</summary>
public class ProtectionTests
{
    private static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255"), Clock = Obis.Parse("0-0:1.0.0*255");

    public static TheoryData<byte, byte, bool> Protections =>
        new(from suite in new byte[] { 0, 1, 2 } from protection in new byte[] { 0x10, 0x20, 0x30 } from product in new[] { false, true } select (suite, protection, product));

    [Theory]
    [MemberData(nameof(Protections))]
    public void Authenticated_enciphered_or_both(byte suite, byte protection, bool product)
    {
        foreach (var general in new[] { false, true })
        {
            var talk = Talk(suite, Conversation.Management(5, suite) with { Protection = protection, IsGeneral = general }, product);
            Assert.Null(talk.Associate());
            byte[]? answered = null;
            talk.OnTheWay = answer => [answered = answer];
            Assert.Equal(0x06, talk.Get(3, Energy, 2).Data.Span[0]);
            Assert.Equal(general ? 0xDB : 0xCC, answered![0]);
            Assert.Equal(protection | suite, answered[general ? 11 : 2]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dedicated_key_has_a_counter_of_its_own_that_begins_anew_with_every_association(bool product)
    {
        var talk = Talk(0, Conversation.Management() with { HasDedicatedKey = true }, product);
        var questions = new List<byte[]>();
        talk.OnTheWayThere = question =>
        {
            questions.Add(question.ToArray());
            return [question];
        };
        for (var association = 0; association < 2; association++)
        {
            Assert.Null(talk.Associate());
            Assert.Null(talk.Get(3, Energy, 2).Error);
            Assert.Null(talk.Get(3, Energy, 2).Error);
            Assert.Null(talk.Run(talk.Session.Release()));
        }

        var dedicated = questions.Where(question => question[0] is 0xD0).Select(question => question[6]).ToArray();
        Assert.Equal(dedicated[..2], dedicated[2..]);
        Assert.Equal(dedicated[0] + 1, dedicated[1]);
    }

    [Fact]
    public void A_policy_refuses_what_is_protected_less_and_what_is_not_protected_at_all()
    {
        var talk = Talk(0, Conversation.Management() with { Protection = 0x10 }, false);
        Assert.Null(talk.Associate());
        talk.Meter.Keys.Required = 0x30;
        Assert.Contains("wrong key or locked", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
        talk.Meter.Keys.Required = 0;
        var bare = new Ciphered(0xC8, false, (byte[])[0x00, 0, 0, 0x40, 0, .. new GetRequest.Normal(new InvokeId(0xC1), new AttributeDescriptor(3, Energy, 2), null).ToOctets()]).ToOctets();
        Assert.Equal([0xD8, 1, 5], talk.Answer(bare)!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compression_is_refused_on_both_sides(bool product)
    {
        var talk = Talk(0, Conversation.Management(), product);
        Assert.Null(talk.Associate());
        talk.OnTheWayThere = question => [Compressed(question.ToArray())];
        Assert.Contains("could not decipher", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
        talk.OnTheWayThere = question => [question];
        talk.OnTheWay = answer => [Compressed(answer)];
        Assert.Contains("compressed (V.44)", talk.Run(new GetProcedure(new AttributeDescriptor(3, Energy, 2))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_is_told_to_many_is_done_once_and_answered_by_nobody(byte suite)
    {
        var settings = new AssociationSettings { Client = 102, Suite = suite, IsCiphered = true, IsPreEstablished = true, IsBroadcast = true, IsGeneral = true };
        var talk = new Conversation(new DlmsMeterPlan(1, 7, Suite: suite), settings, isBroadcast: true);
        Assert.Null(talk.Associate());
        var time = talk.Meter.Clock.Octets(talk.World.AddMinutes(3));
        var told = Assert.Single(talk.Session.Tell(new SetProcedure(new AttributeDescriptor(8, Clock, 2), new DataWriter().Octets(time).ToArray())));
        Assert.Equal(0x70 | suite, told.Span[11]);
        Assert.Null(talk.Answer(told));
        Assert.Equal(talk.World.AddMinutes(3), talk.Meter.Clock.Now);
        talk.Meter.Clock.Set(talk.World);
        Assert.Null(talk.Answer(told)); // a replay
        Assert.Equal(talk.World, talk.Meter.Clock.Now);
        var breaker = talk.Session.Tell(new ActionProcedure(new AttributeDescriptor(70, Obis.Parse("0-0:96.3.10*255"), 1), new DataWriter().Int8(0).ToArray()))[0];
        Assert.Null(talk.Answer(breaker));
        Assert.Equal(1, talk.Meter.Part<Simulation.Dlms.Equipment.Breaker>()!.Control.State); // the street may not do that
        talk.Meter.Keys.Gbek = new byte[talk.Meter.Keys.Gbek.Length];
        Assert.Null(talk.Answer(talk.Session.Tell(new SetProcedure(new AttributeDescriptor(8, Clock, 2), new DataWriter().Octets(time).ToArray()))[0]));
        Assert.Equal(talk.World, talk.Meter.Clock.Now);
    }

    [Fact]
    public void The_very_last_counter_of_a_key_is_never_used()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { IsPreEstablished = true });
        Assert.Null(talk.Associate());
        var security = talk.Session.Security!;
        security.Grant(uint.MaxValue - 1, 64);
        Assert.Equal(1, security.CountersLeft);
        Assert.False(security.NeedsNewKey);
        var get = new GetProcedure(new AttributeDescriptor(3, Energy, 2));
        talk.Session.Start(get);
        Assert.True(security.NeedsNewKey);
        Assert.Throws<InvalidOperationException>(() => talk.Session.Start(get));
    }

    [Theory]
    [InlineData(100u, 100u, 0u, null)]
    [InlineData(5_000_000u, 1u, 0u, null)] // first visit
    [InlineData(0x8000_0000u, 1u, 0u, "2147483648 at the first visit, ours is 1")]
    [InlineData(100_500u, 600u, 500u, null)]
    [InlineData(100_501u, 600u, 500u, "100501, 100001 more than 500")]
    [InlineData(150_000u, 200_000u, 500u, null)] // no jump at all
    public void A_counter_nobody_vouches_for_is_followed_so_far_and_no_further(uint asked, uint own, uint authenticated, string? sentence)
    {
        var refusal = CounterHint.Refusal(asked, own, authenticated);
        Assert.Equal(sentence is null, refusal is null);
        Assert.Contains(sentence ?? "", refusal ?? "", StringComparison.Ordinal);
    }

    private static Conversation Talk(byte suite, AssociationSettings settings, bool product) => new(
        new DlmsMeterPlan(1, 7, Suite: suite), settings, host: !product ? null : meter =>
        {
            var security = new HostSecurity(meter.Keys.Title, suite, meter.Keys.Guek, meter.Keys.Gak, meter.Keys.Secret, new MemoryCounters(), new KeyName("host", KeyPurpose.Guek, 1));
            security.Grant(0, 1000);
            return security;
        });

    /// <summary>The bit is set behind the ciphering: where it is not looked at first, the tag does not fit.</summary>
    private static byte[] Compressed(byte[] ciphered)
    {
        ciphered[2] |= 0x80;
        return ciphered;
    }
}
