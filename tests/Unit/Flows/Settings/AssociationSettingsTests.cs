using Concentrator.Composition;
using Concentrator.Settings;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;
using Unit.Flows.Dlms;

namespace Unit.Flows.Settings;

/// <summary>How a DLMS association is proved and protected, in the configuration: what goes together, and what does not.</summary>
public sealed class AssociationSettingsTests : IDisposable
{
    private readonly PemFiles _one = new(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("settings").FullName;

    public AssociationSettingsTests() => _one.Fit(new Simulation.Dlms.DlmsMeter(new Simulation.Dlms.DlmsMeterPlan(3, 7, 7, true, 1), () => KeyPairs.At.UtcDateTime));

    [Fact]
    public void Every_word_arrives_at_the_driver()
    {
        var outcome = Load(
            "mechanism = \"hls-ecdsa\", suite = 1, protection = \"authenticated\", generalCiphering = \"one-pass\", signed = true, challenge = 40, counter = \"0-0:43.1.2*255\", "
            + "certificate = \"{box.pem}\", key = \"{box.key}\", ca = \"{ca.pem}\", agreementKey = \"{agreement}\", meterAgreement = \"{meter-agreement}\", meterCertificate = \"{meter}\"");
        Assert.Empty(outcome.Faults);
        var options = DlmsDriverOptions.Of(outcome.Settings!.Drivers[0], new byte[8]);
        var association = options.Association;
        Assert.Equal(
            (AuthenticationMechanism.Ecdsa, (byte)1, true, CipheredContent.Authenticated, GeneralKey.OnePass, true, 40),
            (association.Mechanism, association.Suite, association.IsCiphered, association.Protection, association.GeneralKey, association.IsSigned, association.ChallengeLength));
        Assert.Equal("0-0:43.1.2*255", options.CounterObject.ToString());
        Assert.Equal((_one.Certificate, _one.Key, _one.Ca, _one.AgreementKey), (options.Certificates!.Certificate, options.Certificates.Key, options.Certificates.Anchors, options.Certificates.AgreementKey));
        Assert.Equal((_one.MeterAgreement, _one.MeterCertificate), (options.Certificates.MeterAgreement, options.Certificates.MeterCertificate));
    }

    [Theory]
    [InlineData("mechanism = \"hls-ecdsa\", {files}", "mechanism = \"hls-ecdsa\" wants suite = 1 (P-256) or 2 (P-384)")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1", "mechanism = \"hls-ecdsa\" wants certificate: a file with the box's certificate for signing")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, key = \"{box.key}\", ca = \"{ca.pem}\"", "there is a key without its certificate: set both or none")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", ca = \"{ca.pem}\"", "there is a certificate without its key: set both or none")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", key = \"{box.key}\"", "wants ca: a file with the certificates that are believed")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, ciphered = false, {files}", "hls-ecdsa without ciphering proves who associates")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 2, {files}", "holds a key of 256 bits, and the suite wants one on P-384")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", key = \"{other.key}\", ca = \"{ca.pem}\"", "is not that of the private key in")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.key}\", key = \"{box.key}\", ca = \"{ca.pem}\"", "holds no certificate in PEM")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", key = \"{ca.pem}\", ca = \"{ca.pem}\"", "holds no private key on P-256 in PEM without a password")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", key = \"{box.key}\", ca = \"{box.pem}\"", "holds no certificate that was issued by itself")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{box.pem}\", key = \"{open.key}\", ca = \"{ca.pem}\"", "others may read it; run chmod 0400")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, certificate = \"/nowhere/box.pem\", key = \"{box.key}\", ca = \"{ca.pem}\"", "the file is not there")]
    [InlineData("certificate = \"{box.pem}\", key = \"{box.key}\"", "certificate serves nothing here")]
    [InlineData("ca = \"{ca.pem}\"", "ca serves nothing here")]
    [InlineData("signed = true, suite = 1, certificate = \"{box.pem}\", key = \"{box.key}\", ca = \"{ca.pem}\"", "signed = true wants meterCertificate")]
    [InlineData("generalCiphering = \"static\", suite = 1", "generalCiphering = \"static\" wants agreementKey")]
    [InlineData("generalCiphering = \"one-pass\", suite = 1", "generalCiphering = \"one-pass\" wants certificate")]
    [InlineData("generalCiphering = \"static\"", "suite 0 has neither signatures nor agreed keys")]
    [InlineData("generalCiphering = \"wrapped\"", "generalCiphering = \"wrapped\" is not possible in this version")]
    [InlineData("generalCiphering = \"identified\", general = true", "general is general-glo-ciphering, and generalCiphering = \"identified\" is another form")]
    [InlineData("mechanism = \"lls\", protection = \"both\"", "protection says how APDUs are protected, and none is: set ciphered = true")]
    [InlineData("challenge = 7", "challenge = 7 is not in 8..64")]
    [InlineData("challenge = 65", "challenge = 65 is not in 8..64")]
    [InlineData("counter = \"43.1\"", "counter = \"43.1\" wants an OBIS code")]
    [InlineData("preEstablished = true", "wants meterTitle")]
    [InlineData("preEstablished = true, meterTitle = \"4D4D4D\"", "wants 8 octets in hex")]
    [InlineData("preEstablished = true, mechanism = \"hls-gmac\", meterTitle = \"4D4D4D0000BC614E\"", "a pre-established association has no such moment")]
    [InlineData("preEstablished = true, dedicated = true, meterTitle = \"4D4D4D0000BC614E\"", "a dedicated key is given in the AARQ")]
    [InlineData("preEstablished = true, suite = 1, generalCiphering = \"static\", meterTitle = \"4D4D4D0000BC614E\"", "signing and agreed keys rest on certificates")]
    [InlineData("meterTitle = \"4D4D4D0000BC614E\"", "meterTitle is for preEstablished = true")]
    public void What_does_not_go_together_is_told_with_its_place(string association, string sentence)
    {
        var faults = Load(association).Faults;
        Assert.Contains(faults, fault => fault.Sentence.Contains(sentence, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.True(fault.Place.Line > 0));
    }

    [Theory]
    [InlineData("preEstablished = true, ciphered = false")]
    [InlineData("preEstablished = true, meterTitle = \"4D4D4D0000BC614E\", general = true")]
    [InlineData("mechanism = \"hls-ecdsa\", suite = 1, {files}")]
    [InlineData("generalCiphering = \"identified\"")]
    public void What_goes_together_is_taken(string association) => Assert.Empty(Load(association).Faults);

    [Fact]
    public void No_fault_shows_what_stands_in_a_secret_file()
    {
        var secret = _one.Write("twisted.key", "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n");
        var faults = Load($"mechanism = \"hls-ecdsa\", suite = 1, certificate = \"{{box.pem}}\", key = \"{secret}\", ca = \"{{ca.pem}}\"").Faults;
        Assert.Contains(faults, fault => fault.Sentence.Contains("holds no private key", StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.Sentence.Contains("Q0FOQVJZ", StringComparison.Ordinal) || fault.Sentence.Contains("CANARY", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _one.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private SettingsOutcome Load(string association)
    {
        var open = _one.Write("open.key", File.ReadAllText(_one.Key));
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var text = association.Replace("{files}", "certificate = \"{box.pem}\", key = \"{box.key}\", ca = \"{ca.pem}\"", StringComparison.Ordinal)
            .Replace("{box.pem}", _one.Certificate, StringComparison.Ordinal).Replace("{box.key}", _one.Key, StringComparison.Ordinal).Replace("{ca.pem}", _one.Ca, StringComparison.Ordinal)
            .Replace("{other.key}", _one.OtherKey, StringComparison.Ordinal).Replace("{agreement}", _one.AgreementKey, StringComparison.Ordinal).Replace("{open.key}", open, StringComparison.Ordinal)
            .Replace("{meter-agreement}", _one.MeterAgreement, StringComparison.Ordinal).Replace("{meter}", _one.MeterCertificate, StringComparison.Ordinal);
        return SettingsTests.Load(_directory, $"id = \"a\"\n[[driver]]\nname = \"feeder\"\nfamily = \"dlms\"\nport = \"tcp://192.0.2.7:4059\"\nassociation = {{ {text} }}");
    }
}
