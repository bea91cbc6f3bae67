using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Metering.Keys;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Keys, policy and certificates of a meter changed over the air.</summary>
public class SecuritySetupTests
{
    private static readonly byte[] NewKey = [.. Enumerable.Range(1, 16).Select(i => (byte)i)], NewAuthentication = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_that_change_together_go_in_one_call_and_the_answer_may_be_under_either(bool old)
    {
        var talk = GeneralBlockTests.Open(new DlmsMeterPlan(1, 7), Conversation.Management());
        talk.Meter.Keys.AnswersTransferUnderOldKey = old;
        var authentication = talk.Meter.Keys.Gak;
        talk.Session.Security!.Expect(NewKey, authentication);
        var transfer = SecuritySetup.TransferKeys(SecuritySetup.Default, [(SetupKey.Unicast, Wrap(talk, NewKey)), (SetupKey.Broadcast, Wrap(talk, NewAuthentication))]);
        Assert.Null(talk.Run(transfer));
        Assert.Equal(0, transfer.Result.Result);
        Assert.Equal(!old, talk.Session.Security.IsNewKeyInUse);
        Assert.Equal(NewKey, talk.Meter.Keys.Guek);
        Assert.Equal(NewAuthentication, talk.Meter.Keys.Gbek);
        talk.Meter.Drop();
        Assert.Null(Associate(talk, NewKey, authentication));
        talk.Meter.Drop();
        Assert.NotNull(Associate(talk, new byte[16], authentication));
    }

    [Fact]
    public void One_key_that_cannot_be_unwrapped_leaves_all_as_they_are()
    {
        var talk = GeneralBlockTests.Open(new DlmsMeterPlan(1, 7), Conversation.Management());
        var before = talk.Meter.Keys.Guek;
        var broken = Wrap(talk, NewAuthentication);
        broken[3] ^= 1;
        var transfer = SecuritySetup.TransferKeys(SecuritySetup.Default, [(SetupKey.Unicast, Wrap(talk, NewKey)), (SetupKey.Authentication, broken)]);
        Assert.Null(talk.Run(transfer));
        Assert.Equal(250, transfer.Result.Result);
        Assert.Same(before, talk.Meter.Keys.Guek);
    }

    [Fact]
    public void A_secret_is_changed_wrapped_and_never_in_clear()
    {
        var talk = GeneralBlockTests.Open(new DlmsMeterPlan(1, 7, 6), Conversation.Management(6));
        var clear = SecuritySetup.ChangeSecret(NewKey);
        Assert.Null(talk.Run(clear));
        Assert.NotEqual(0, clear.Result.Result);
        var change = SecuritySetup.ChangeSecret(Wrap(talk, NewKey));
        Assert.Null(talk.Run(change));
        Assert.Equal((byte)0, change.Result.Result);
        Assert.Equal(NewKey, talk.Meter.Keys.Secret);
    }

    [Fact]
    public void A_policy_becomes_stronger_only()
    {
        var talk = GeneralBlockTests.Open(new DlmsMeterPlan(1, 7), Conversation.Management());
        var (both, less) = (SecuritySetup.Activate(SecuritySetup.Default, 0x6C), SecuritySetup.Activate(SecuritySetup.Default, 0x04));
        Assert.Null(talk.Run(both));
        Assert.Null(talk.Run(less));
        Assert.Equal((0, 3), (both.Result.Result, less.Result.Result));
        Assert.Equal(0x30, talk.Meter.Keys.Required);
        Assert.Equal((byte)0x6C, talk.Get(64, SecuritySetup.Default, 2).Data.Span[1]);
        Assert.Equal(Conversation.Title, talk.Get(64, SecuritySetup.Default, 4).Data[2..].ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Keys_are_agreed_in_two_passes_and_serve(byte suite)
    {
        var pairs = new KeyPairs(suite);
        var talk = pairs.Talk(new DlmsMeterPlan(1, 7, Suite: suite), Conversation.Management(5, suite));
        Assert.Null(talk.Associate());
        using var ephemeral = ECDiffieHellman.Create(pairs.Curve);
        var credentials = talk.Session.Security!.Credentials!;
        var agree = SecuritySetup.AgreeOnKeys(SecuritySetup.Default, [(SetupKey.Broadcast, SecuritySetup.SignedEphemeral(SetupKey.Broadcast, ephemeral, credentials.Signing!))]);
        Assert.Null(talk.Run(agree));
        var keys = SecuritySetup.AgreedKeys(agree.Result, [(SetupKey.Broadcast, ephemeral)], credentials.TheirSigning.Span, (Conversation.Title, talk.Meter.Keys.Title), suite, out var fault);
        Assert.Null(fault);
        Assert.Equal(talk.Meter.Keys.Gbek, keys![0]);
        Assert.Null(SecuritySetup.AgreedKeys(agree.Result, [(SetupKey.Unicast, ephemeral)], credentials.TheirSigning.Span, (Conversation.Title, talk.Meter.Keys.Title), suite, out fault));
        Assert.Contains("no ephemeral key for key 0", fault, StringComparison.Ordinal);
        Assert.Null(SecuritySetup.AgreedKeys(agree.Result, [(SetupKey.Broadcast, ephemeral)], KeyAgreement.PublicOctets(credentials.Signing!), (Conversation.Title, talk.Meter.Keys.Title), suite, out fault));
        Assert.Contains("does not hold", fault, StringComparison.Ordinal);
        var forged = SecuritySetup.AgreeOnKeys(SecuritySetup.Default, [(SetupKey.Unicast, SecuritySetup.SignedEphemeral(SetupKey.Broadcast, ephemeral, credentials.Signing!))]);
        Assert.Null(talk.Run(forged));
        Assert.Equal(250, forged.Result.Result);
    }

    [Fact]
    public void A_certificate_is_asked_for_issued_given_shown_and_taken_away()
    {
        var talk = new KeyPairs(1).Talk(new DlmsMeterPlan(1, 7, Suite: 1), Conversation.Management(5, 1));
        Assert.Null(talk.Associate());
        Assert.Null(talk.Run(SecuritySetup.GenerateKeyPair(SecuritySetup.Default, 0)));
        var ask = SecuritySetup.RequestCertificate(SecuritySetup.Default, 0);
        Assert.Null(talk.Run(ask));
        var request = CertificateRequest.LoadSigningRequest(OctetsOf(ask), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default);
        Assert.Equal($"CN={Convert.ToHexString(talk.Meter.Keys.Title)}", request.SubjectName.Name);
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = request.Create(new X500DistinguishedName("CN=root"), X509SignatureGenerator.CreateForECDsa(issuer), KeyPairs.At, KeyPairs.At.AddYears(1), [7]).RawData;
        var import = SecuritySetup.ImportCertificate(SecuritySetup.Default, issued);
        Assert.Null(talk.Run(import));
        Assert.Equal((byte)0, import.Result.Result);
        var name = new CertificateName(0, 0, talk.Meter.Keys.Title);
        var export = SecuritySetup.ExportCertificate(SecuritySetup.Default, name);
        Assert.Null(talk.Run(export));
        Assert.Equal(issued, OctetsOf(export));
        Assert.Null(talk.Run(SecuritySetup.RemoveCertificate(SecuritySetup.Default, name)));
        Assert.Null(talk.Run(export));
        Assert.Equal((byte)11, export.Result.Result);
    }

    [Fact]
    public void The_old_key_is_kept_until_the_new_one_served()
    {
        var now = KeyPairs.At.UtcDateTime;
        var sent = KeyRotation.Begin().Next(KeyRotationEvent.Send)!.Value;
        Assert.Null(sent.UsesNewKey(now));
        var accepted = sent.Next(KeyRotationEvent.Success)!.Value;
        Assert.Equal((true, true), (accepted.UsesNewKey(now), accepted.KeepsOldKey));
        var confirmed = accepted.Next(KeyRotationEvent.NewKeyServes)!.Value;
        Assert.Equal((KeyRotationState.Confirmed, false, true), (confirmed.State, confirmed.KeepsOldKey, confirmed.KeepsNewKey));
        Assert.Null(confirmed.Next(KeyRotationEvent.Send));
        Assert.Equal((KeyRotationState.Refused, false), (sent.Next(KeyRotationEvent.Failure)!.Value.State, sent.Next(KeyRotationEvent.Failure)!.Value.KeepsNewKey));
        Assert.Null(KeyRotation.Begin().Next(KeyRotationEvent.NewKeyServes));
    }

    [Fact]
    public void After_an_unknown_outcome_new_and_old_are_tried_and_no_third_within_a_day()
    {
        var now = KeyPairs.At.UtcDateTime;
        var unknown = KeyRotation.Begin().Next(KeyRotationEvent.Send)!.Value.Next(KeyRotationEvent.Silence)!.Value;
        Assert.True(unknown.UsesNewKey(now));
        unknown = unknown.Probed(now).Next(KeyRotationEvent.KeyFails)!.Value;
        Assert.False(unknown.UsesNewKey(now.AddMinutes(1)));
        unknown = unknown.Probed(now.AddMinutes(1)).Next(KeyRotationEvent.KeyFails)!.Value;
        Assert.Null(unknown.UsesNewKey(now.AddHours(23)));
        Assert.Equal(now.AddHours(24), unknown.ProbeAgainAt);
        Assert.True(unknown.UsesNewKey(now.AddHours(24)));
        unknown = unknown.Probed(now.AddHours(24)).Next(KeyRotationEvent.KeyFails)!.Value;
        Assert.Null(unknown.UsesNewKey(now.AddHours(24)));
        Assert.False(unknown.UsesNewKey(now.AddHours(24.1)));
        Assert.Equal(KeyRotationState.Refused, unknown.Next(KeyRotationEvent.OldKeyServes)!.Value.State);
        Assert.Equal(KeyRotationState.Confirmed, unknown.Next(KeyRotationEvent.NewKeyServes)!.Value.State);
    }

    private static byte[] Wrap(Conversation talk, byte[] key) => KeyWrap.Wrap(talk.Meter.Keys.Kek, key);

    private static byte[] OctetsOf(ActionProcedure action)
    {
        var data = action.Result.Return!.Value.Data.Span;
        return data[1] < 0x80 ? data[2..].ToArray() : data[(2 + (data[1] & 0x7F))..].ToArray();
    }

    private static string? Associate(Conversation talk, byte[] key, byte[] authentication)
    {
        var settings = Conversation.Management();
        using var security = new ClientSecurity(settings, Conversation.Title, key, authentication, new FreshCounters(), new KeyName(talk.Meter.Name, KeyPurpose.Guek, 1));
        security.Grant(1, 100);
        var session = new ClientSession(settings, security, default);
        for (var question = session.Associate(); ;)
        {
            var step = session.Take(talk.Meter.Answer(1, question));
            if (step.Move != SessionMove.Ask)
            {
                return step.Sentence;
            }

            question = step.Octets;
        }
    }
}
