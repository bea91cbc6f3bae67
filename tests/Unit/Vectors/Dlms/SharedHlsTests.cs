using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Vectors.Dlms;

/// <summary>Authentication values and derived keys computed by other people; the simulated meter's second writing is held to the same rows.</summary>
public class SharedHlsTests
{
    [Fact]
    public void Every_mechanism_gives_the_value_of_both_sides()
    {
        var mechanisms = new HashSet<int>();
        foreach (var row in Rows("hls"))
        {
            var (keys, expect) = (row.GetProperty("keys"), row.GetProperty("expect"));
            var mechanism = (AuthenticationMechanism)expect.GetProperty("mechanism").GetInt32();
            var client = new HlsFacts(Hex(keys, "clientSystemTitle"), Hex(keys, "serverSystemTitle"), Challenge(keys, "StoC", mechanism), Challenge(keys, "CtoS", mechanism));
            switch (mechanism)
            {
                case AuthenticationMechanism.Gmac:
                    using (var cipher = new DlmsCipher(Hex(keys, "guek"), Hex(keys, "gak")))
                    {
                        var suite = (byte)(Hex(expect, "f_StoC")[0] & 0x0F);
                        Assert.Equal(Text(expect, "f_StoC"), Convert.ToHexStringLower(HlsValue.Gmac(cipher, suite, Counter(keys, "icClient"), client)));
                        Assert.Equal(Text(expect, "f_CtoS"), Convert.ToHexStringLower(HlsValue.Gmac(cipher, suite, Counter(keys, "icServer"), client.Turned)));
                        Assert.True(HlsValue.IsGmac(cipher, Hex(expect, "f_CtoS"), client.Turned));
                        Assert.False(HlsValue.IsGmac(cipher, Hex(expect, "f_CtoS"), client));
                        AssertSimulated(keys, expect, suite);
                    }

                    break;
                case AuthenticationMechanism.Ecdsa:
                    AssertSignature(row, client);
                    break;
                default:
                    Assert.Equal(Text(expect, "f_StoC"), Convert.ToHexStringLower(HlsValue.Of(mechanism, Hex(keys, "secret"), client)!));
                    Assert.Equal(Text(expect, "f_CtoS"), Convert.ToHexStringLower(HlsValue.Of(mechanism, Hex(keys, "secret"), client.Turned)!));
                    AssertSimulated(keys, expect, 0);
                    break;
            }

            mechanisms.Add((int)mechanism);
        }

        Assert.Superset(new HashSet<int> { 2, 3, 4, 5, 7 }, mechanisms);
    }

    [Fact]
    public void Keys_are_derived_from_the_shared_secret_and_the_titles()
    {
        var rows = 0;
        foreach (var row in Rows("kdf"))
        {
            var expect = row.GetProperty("expect");
            var information = Hex(expect, "otherInfo");
            var derived = KeyAgreement.Derive(Hex(expect, "z"), (DerivedKey)information[6], information.AsSpan(7, 8), information.AsSpan(15));
            Assert.Equal(Text(expect, "derivedKey"), Convert.ToHexStringLower(derived));
            rows++;
        }

        Assert.True(rows >= 2, $"{rows} rows");
    }

    [Fact]
    public void The_shared_secret_of_other_peoples_keys_is_the_one_they_computed()
    {
        var agreed = 0;
        foreach (var row in Rows("kdf"))
        {
            var theirs = Hex(row.GetProperty("keys"), "serverPub");
            var signer = Rows("hls").Select(other => other.GetProperty("keys")).FirstOrDefault(
                keys => keys.TryGetProperty("clientPriv", out _) && keys.GetProperty("serverPub").GetString() == Convert.ToHexStringLower(theirs));
            if (signer.ValueKind == JsonValueKind.Undefined)
            {
                continue;
            }

            using var ours = ECDiffieHellman.Create(Private(signer, "client"));
            Assert.Equal(Text(row.GetProperty("expect"), "z"), Convert.ToHexStringLower(KeyAgreement.Secret(ours, theirs)!));
            theirs[5] ^= 1;
            Assert.Null(KeyAgreement.Secret(ours, theirs)); // not on the curve
            agreed++;
        }

        Assert.True(agreed >= 1, "no row has both the secret and the private key");
    }

    private static void AssertSignature(JsonElement row, HlsFacts client)
    {
        var (keys, expect) = (row.GetProperty("keys"), row.GetProperty("expect"));
        using var clientKey = KeyAgreement.Verifier(Hex(keys, "clientPub"))!;
        using var serverKey = KeyAgreement.Verifier(Hex(keys, "serverPub"))!;
        Assert.True(HlsValue.IsSignature(clientKey, Hex(expect, "f_StoC"), client));
        Assert.True(HlsValue.IsSignature(serverKey, Hex(expect, "f_CtoS"), client.Turned));
        Assert.False(HlsValue.IsSignature(serverKey, Hex(expect, "f_StoC"), client));
        using var own = ECDsa.Create(Private(keys, "client"));
        Assert.True(HlsValue.IsSignature(clientKey, HlsValue.Signature(own, client), client));
    }

    private static void AssertSimulated(JsonElement keys, JsonElement expect, byte suite)
    {
        var mechanism = expect.GetProperty("mechanism").GetInt32();
        var meter = new MeterSecurity(new MeterKeys
        {
            Title = Hex(keys, "serverSystemTitle"), Suite = suite, Guek = keys.TryGetProperty("guek", out _) ? Hex(keys, "guek") : new byte[16],
            Gak = keys.TryGetProperty("gak", out _) ? Hex(keys, "gak") : [], Secret = keys.TryGetProperty("secret", out _) ? Hex(keys, "secret") : [],
            Sends = keys.TryGetProperty("icServer", out _) ? Counter(keys, "icServer") : 0,
        });
        var (title, given, answered) = (Hex(keys, "clientSystemTitle"), Challenge(keys, "CtoS", (AuthenticationMechanism)mechanism), Challenge(keys, "StoC", (AuthenticationMechanism)mechanism));
        Assert.True(meter.IsProof(mechanism, Hex(expect, "f_StoC"), title, given, answered));
        Assert.Equal(Text(expect, "f_CtoS"), Convert.ToHexStringLower(meter.Prove(mechanism, title, given, answered)));
    }

    private static ECParameters Private(JsonElement keys, string who)
    {
        var octets = Hex(keys, who + "Pub");
        var half = octets.Length / 2;
        return new ECParameters
        {
            Curve = half == 32 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384,
            Q = new ECPoint { X = octets[..half], Y = octets[half..] },
            D = Hex(keys, who + "Priv"),
        };
    }

    /// <summary>Mechanism 2 enciphers whole blocks: the rows double the challenge.</summary>
    private static byte[] Challenge(JsonElement keys, string name, AuthenticationMechanism mechanism) =>
        mechanism == AuthenticationMechanism.Manufacturer ? [.. Hex(keys, name), .. Hex(keys, name)] : Hex(keys, name);

    private static IEnumerable<JsonElement> Rows(string kind) => SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == kind);

    private static uint Counter(JsonElement keys, string name) => uint.Parse(Text(keys, name), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()!;

    private static byte[] Hex(JsonElement from, string name) => Convert.FromHexString(Text(from, name));
}
