using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Unit.Plan;

namespace Unit.Vectors.Dlms;

/// <summary>General forms, mechanism 7 and certificates made with the openssl command line: opened by the product and by the simulated meter's second writing.</summary>
public class EnvelopeVectorTests
{
    /// <summary>Tag, transaction id, two titles, two empty strings.</summary>
    private const int HeaderLength = 1 + (3 * 9) + 2;

    private static readonly string[] Ciphered = ["identified", "wrapped", "one-pass", "static", "gbcs", "signed-and-ciphered"];

    [Fact]
    public void Whatever_way_the_key_is_told_the_plain_text_comes_out_and_nothing_after_a_change()
    {
        var kinds = new HashSet<(string, int)>();
        foreach (var row in Rows().Where(row => Ciphered.Contains(Text(row, "kind"))))
        {
            var apdu = (GeneralCiphering)Pdu.Read(Hex(row, "hex"), out _)!;
            using var credentials = CredentialsOf(row);
            var rules = Text(row, "kind") == "gbcs" ? EnvelopeRules.Gbcs : EnvelopeRules.Standard;
            Assert.Null(GeneralEnvelope.Open(apdu, Hex(row, "guek"), Hex(row, "gak"), credentials, rules, out var plain, out _));
            var inside = plain[0] == 0xDF ? (GeneralSigning)Pdu.Read(plain, out _)! : null;
            Assert.Equal(Text(row, "plain"), Convert.ToHexStringLower(inside is null || rules.IsHeaderInside ? plain : inside.Content.Span));
            Assert.Null(inside is null ? null : GeneralEnvelope.Verify(inside, Hex(row, "signer")));
            MustNotOpenWhenChanged(row, credentials, rules);
            kinds.Add((Text(row, "kind"), row.GetProperty("suite").GetInt32()));
        }

        Assert.Equal((2 * (Ciphered.Length - 1)) + 1, kinds.Count);
    }

    [Fact]
    public void What_needs_no_chance_is_made_again_octet_for_octet()
    {
        var made = 0;
        foreach (var row in Rows().Where(row => Text(row, "kind") is "identified" or "static"))
        {
            var apdu = (GeneralCiphering)Pdu.Read(Hex(row, "hex"), out _)!;
            using var own = Agreement(Hex(row, "own"));
            using var credentials = new Credentials { Agreement = own, TheirAgreement = Hex(row, "peerOfOwn") };
            var isStatic = Text(row, "kind") == "static";
            var again = GeneralEnvelope.Seal(
                isStatic ? GeneralKey.Static : GeneralKey.Identified, apdu.Content.Span[0], isStatic ? 0 : row.GetProperty("counter").GetUInt32(), apdu.Header, Hex(row, "plain"), Hex(row, "guek"), Hex(row, "gak"),
                credentials, EnvelopeRules.Standard, out var fault);
            Assert.Null(fault);
            Assert.Equal(Text(row, "hex"), Convert.ToHexStringLower(again!.ToOctets()));
            made++;
        }

        Assert.Equal(8, made);
    }

    [Fact]
    public void The_simulated_meter_opens_them_too()
    {
        foreach (var row in Rows().Where(row => Text(row, "kind") is "identified" or "wrapped" or "one-pass" or "static" or "signed" or "signed-and-ciphered"))
        {
            var suite = row.GetProperty("suite").GetByte();
            var length = suite == 2 ? 32 : 16;
            using var agreement = Agreement(Hex(row, "private"));
            var keys = new MeterKeys
            {
                Title = Hex(row, "recipient"), Suite = suite, Guek = Hex(row, "guek") is { Length: > 0 } guek ? guek : new byte[length], Gak = Hex(row, "gak"), Kek = Hex(row, "kek"),
                Agreement = agreement, ClientSigning = Hex(row, "signer"), ClientAgreement = Hex(row, "peer"),
            };
            var opened = new MeterSecurity(keys).Open(Hex(row, "hex"), default);
            Assert.Equal(Text(row, "plain"), Convert.ToHexStringLower(opened.Plain.Span));
            Assert.Equal(Text(row, "kind").StartsWith("signed", StringComparison.Ordinal), opened.Protection.IsSigned);
            Assert.True(new MeterSecurity(keys).Open(Hex(row, "hex"), default).Plain.IsEmpty == (opened.Protection.Form == 2)); // the same counter once more, in the same keys
        }
    }

    [Fact]
    public void Signatures_hold_and_none_holds_after_a_change()
    {
        foreach (var row in Rows().Where(row => Text(row, "kind") == "signed"))
        {
            var octets = Hex(row, "hex");
            Assert.Null(GeneralEnvelope.Verify((GeneralSigning)Pdu.Read(octets, out _)!, Hex(row, "signer")));
            for (var at = 1; at < octets.Length; at++)
            {
                var changed = (byte[])octets.Clone();
                changed[at] ^= 0x10;
                Assert.True(Pdu.Read(changed, out _) is not GeneralSigning signed || GeneralEnvelope.Verify(signed, Hex(row, "signer")) is not null, $"octet {at}");
            }
        }
    }

    [Fact]
    public void The_proof_of_mechanism_7_holds()
    {
        foreach (var row in Rows().Where(row => Text(row, "kind") == "mechanism-7"))
        {
            var facts = new HlsFacts(Hex(row, "originator"), Hex(row, "recipient"), Hex(row, "received"), Hex(row, "sent"));
            using var key = KeyAgreement.Verifier(Hex(row, "signer"))!;
            Assert.True(HlsValue.IsSignature(key, Hex(row, "hex"), facts));
            Assert.False(HlsValue.IsSignature(key, Hex(row, "hex"), facts.Turned));
            var meter = new MeterSecurity(new MeterKeys { Title = Hex(row, "recipient"), Suite = row.GetProperty("suite").GetByte(), Guek = new byte[16], Gak = new byte[16], ClientSigning = Hex(row, "signer") });
            Assert.True(meter.IsProof(7, Hex(row, "hex"), Hex(row, "originator"), Hex(row, "sent"), Hex(row, "received")));
        }
    }

    [Fact]
    public void Certificates_are_believed_or_refused_with_the_reason()
    {
        var (believed, refused) = (0, 0);
        foreach (var row in Rows().Where(row => Text(row, "kind") == "certificate"))
        {
            var trust = new CertificateTrust([Hex(row, "anchor")], [Hex(row, "between")]);
            var at = DateTimeOffset.Parse(Text(row, "at"), CultureInfo.InvariantCulture);
            var fault = trust.Judge(Hex(row, "hex"), CertificateUse.Signing, Hex(row, "title"), at, out var key);
            if (row.TryGetProperty("fault", out var expected))
            {
                Assert.Contains(expected.GetString()!, fault, StringComparison.Ordinal);
                Assert.Empty(key);
                refused++;
            }
            else
            {
                Assert.Null(fault);
                Assert.Equal(Text(row, "key"), Convert.ToHexStringLower(key));
                believed++;
            }
        }

        Assert.Equal((4, 14), (believed, refused));
    }

    private static void MustNotOpenWhenChanged(JsonElement row, Credentials credentials, EnvelopeRules rules)
    {
        var octets = Hex(row, "hex");
        var whole = (GeneralCiphering)Pdu.Read(octets, out _)!;
        for (var at = 1; at < octets.Length; at++)
        {
            var changed = (byte[])octets.Clone();
            changed[at] ^= 0x01;
            var isKeyName = at >= HeaderLength && at < octets.Length - whole.Content.Length && whole.Key is { Choice: 0 or 1 }; // which of the keys is told outside of what is authenticated
            if (Pdu.Read(changed, out _) is GeneralCiphering apdu && !isKeyName)
            {
                Assert.True(GeneralEnvelope.Open(apdu, Hex(row, "guek"), Hex(row, "gak"), credentials, rules, out _, out _) is not null, $"{Text(row, "kind")} octet {at}");
            }
        }
    }

    private static Credentials CredentialsOf(JsonElement row) => new()
    {
        Agreement = Hex(row, "private") is { Length: > 0 } ? Agreement(Hex(row, "private")) : null, TheirAgreement = Hex(row, "peer"), TheirSigning = Hex(row, "signer"), Wrapping = Hex(row, "kek"),
    };

    private static ECDiffieHellman Agreement(byte[] privateKey)
    {
        var key = ECDiffieHellman.Create();
        if (privateKey.Length > 0)
        {
            key.ImportPkcs8PrivateKey(privateKey, out _);
        }

        return key;
    }

    private static IEnumerable<JsonElement> Rows() => File.ReadLines(Path.Combine(Sources.Root, "tests/Vectors/dlms/envelopes.jsonl")).Select(line => JsonDocument.Parse(line).RootElement);

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static byte[] Hex(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? Convert.FromHexString(value.GetString()!) : [];
}
