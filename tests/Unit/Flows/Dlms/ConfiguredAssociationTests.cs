using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Every mechanism, suite and protection from the configuration's words to a meter that has them and takes no others.</summary>
public class ConfiguredAssociationTests
{
    private static readonly string[] Mechanisms = ["none", "lls", "hls-2", "hls-md5", "hls-sha1", "hls-gmac", "hls-sha256", "hls-ecdsa"];

    public static TheoryData<int, byte, bool> All => new(
        from mechanism in Enumerable.Range(0, 8) from suite in new byte[] { 0, 1, 2 } from ciphered in new[] { false, true }
        where (mechanism is not (5 or 7) || ciphered) && (mechanism != 7 || suite > 0)
        select (mechanism, suite, ciphered));

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_mechanism_and_suite_is_read_as_it_is_configured(int mechanism, byte suite, bool ciphered)
    {
        var words = $"mechanism = \"{Mechanisms[mechanism]}\", suite = {suite}, ciphered = {(ciphered ? "true" : "false")}";
        var answers = new List<byte[]>();
        await using var bench = mechanism == 7
            ? ConfiguredBench.Of(new DlmsMeterPlan(3, 7, 7, true, suite), $"{words}, {Ecdsa(PemFiles.Of(suite))}", meter => PemFiles.Of(suite).Fit(meter), answers: answers)
            : ConfiguredBench.Of(new DlmsMeterPlan(3, 7, mechanism, ciphered, suite), words, answers: answers);
        var step = await ConfiguredBench.ReadAsync(bench);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        var answer = Pdu.Read(answers[^1], out _);
        Assert.Equal(ciphered ? 0x30 | suite : -1, answer is Ciphered content ? content.Content.Span[0] : -1);
        Assert.Equal(0, bench.Meter.Keys.BadTags + bench.Meter.Keys.Repeated);
    }

    [Theory]
    [InlineData("protection = \"authenticated\"", 0xCC, 0x11)]
    [InlineData("protection = \"encrypted\"", 0xCC, 0x21)]
    [InlineData("protection = \"both\", dedicated = true", 0xD4, 0x31)]
    [InlineData("general = true", 0xDB, 0x31)]
    [InlineData("general = true, dedicated = true", 0xDC, 0x31)]
    [InlineData("generalCiphering = \"identified\"", 0xDD, 0x31)]
    [InlineData("generalCiphering = \"static\", {static}", 0xDD, 0x31)]
    [InlineData("generalCiphering = \"one-pass\", {signing}, {static}", 0xDD, 0x31)]
    [InlineData("signed = true, {signing}", 0xDB, 0x31)]
    [InlineData("signed = true, generalCiphering = \"one-pass\", {signing}, {static}", 0xDD, 0x31)]
    public async Task Every_protection_is_what_goes_over_the_wire(string words, int tag, int control)
    {
        var files = PemFiles.Of(1);
        var table = "suite = 1, " + words.Replace("{signing}", $"certificate = \"{files.Certificate}\", key = \"{files.Key}\", meterCertificate = \"{files.MeterCertificate}\"", StringComparison.Ordinal)
            .Replace("{static}", $"agreementKey = \"{files.AgreementKey}\", meterAgreement = \"{files.MeterAgreement}\"", StringComparison.Ordinal);
        table += table.Contains("meter", StringComparison.Ordinal) ? $", ca = \"{files.Ca}\"" : "";
        var answers = new List<byte[]>();
        await using var bench = ConfiguredBench.Of(new DlmsMeterPlan(3, 7, Suite: 1), table, meter => files.Fit(meter, shows: false), answers: answers);
        var step = await ConfiguredBench.ReadAsync(bench);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(tag, answers[^1][0]);
        var content = Pdu.Read(answers[^1], out _) switch
        {
            Ciphered ciphered => ciphered.Content,
            GeneralCiphered general => general.Content,
            var other => Assert.IsType<GeneralCiphering>(other).Content,
        };
        Assert.Equal(control, content.Span[0]);
    }

    [Theory]
    [InlineData("", 16)]
    [InlineData("challenge = 8", 8)]
    [InlineData("challenge = 64", 64)]
    public async Task The_challenge_is_as_long_as_it_is_set(string words, int octets)
    {
        var questions = new List<byte[]>();
        await using var bench = ConfiguredBench.Of(new DlmsMeterPlan(3, 7), words, questions: questions);
        var step = await ConfiguredBench.ReadAsync(bench);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        var request = questions.Select(question => Pdu.Read(question, out _)).OfType<AssociationMessage>().Last(one => one.Tag == ApduTag.AssociationRequest);
        Assert.Equal(octets, request.AuthenticationValue!.Value.Length);
    }

    [Fact]
    public async Task A_pre_established_association_is_read_without_any_AARQ()
    {
        var answers = new List<byte[]>();
        await using var bench = ConfiguredBench.Of(
            new DlmsMeterPlan(3, 7), "client = 103, preEstablished = true, general = true, meterTitle = \"53494D0000000003\"", answers: answers, client: 103);
        Assert.True(await bench.ListeningAsync());
        answers.Clear();
        var step = await ConfiguredBench.ReadAsync(bench);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.All(answers.SkipWhile(answer => answer[0] != 0xDB), answer => Assert.Equal(0xDB, answer[0]));
        Assert.Contains(answers, answer => answer[0] == 0xDB);
    }

    [Theory]
    [InlineData("none", "waits until the clock is set")]
    [InlineData("old", "is valid from 2025-11-23 to 2026-11-22, not at 2026-11-23")]
    [InlineData("stranger", "the box's own certificate serves nothing: the certificate 01020304 of 4D4D4D0000BC614E is not that of system title 4443550102030405")]
    [InlineData("meter", "is not that of system title 53494D0000000003")]
    public async Task What_certificates_do_not_prove_is_not_believed(string what, string sentence)
    {
        var files = PemFiles.Of(1);
        var words = Ecdsa(files, what switch { "old" => files.Old, "stranger" => files.Stranger, _ => files.Certificate });
        await using var bench = ConfiguredBench.Of(
            new DlmsMeterPlan(3, 7, 7, true, 1), $"mechanism = \"hls-ecdsa\", suite = 1, {words}", meter => files.Fit(meter, title: what == "meter" ? "4D4D4D0000BC614E" : null),
            time: what == "none" ? TimeQuality.Unset : TimeQuality.Synchronised);
        var step = await ConfiguredBench.ReadAsync(bench);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains(sentence, step.Sentence, StringComparison.Ordinal);
    }

    private static string Ecdsa(PemFiles files, string? certificate = null) => $"certificate = \"{certificate ?? files.Certificate}\", key = \"{files.Key}\", ca = \"{files.Ca}\"";
}
