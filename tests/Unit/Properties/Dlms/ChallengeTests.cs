using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;

namespace Unit.Properties.Dlms;

/// <summary>Challenges of a client, one association after the other.</summary>
public class ChallengeTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    public void None_comes_twice_and_none_has_octets_of_another(int length)
    {
        var settings = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Sha1, ChallengeLength = length };
        var (challenges, pieces) = (new HashSet<string>(), new HashSet<string>());
        for (var i = 0; i < 500; i++)
        {
            var session = new ClientSession(settings, null, new byte[16]);
            var request = (AssociationMessage)Pdu.Read(session.Associate(), out _)!;
            var challenge = Convert.ToHexString(request.AuthenticationValue!.Value.Span);
            Assert.Equal(length * 2, challenge.Length);
            Assert.True(challenges.Add(challenge));
            for (var at = 0; at + 16 <= challenge.Length; at += 16)
            {
                Assert.True(pieces.Add(challenge.Substring(at, 16)), "eight octets of a challenge were given before");
            }
        }

        Assert.DoesNotContain(new string('0', 16), pieces); // wiped octets are never given
    }
}
