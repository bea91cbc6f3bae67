using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Orders;
using Concentrator.Security.Sealed;
using Metering;
using Metering.Keys;
using Metering.Orders;
using NJsonSchema;
using Unit.Plan;

namespace Unit.Vectors.Security;

/// <summary>Secrets sealed to the box, as other people's programs seal them: the example of RFC 7518, and what docs/mqtt/seal.py made with python3-cryptography.</summary>
public sealed class SealedTests : IKeyWrap
{
    private const string Meter = "LGZ1030655933512", Box = "dc-0001";
    private static readonly string Example = File.ReadAllText(Path.Combine(MessageSchemas.Folder("orders"), "keys.json"));

    [Fact]
    public void The_key_agreement_is_that_of_RFC_7518_appendix_C()
    {
        using var alice = Pair("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        using var bob = Pair("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        var key = new byte[16];
        ConcatKdf.Derive(alice.DeriveRawSecretAgreement(bob.PublicKey), "A128GCM", Base64Url.DecodeFromChars("QWxpY2U"), Base64Url.DecodeFromChars("Qm9i"), key);
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", Base64Url.EncodeToString(key));
    }

    [Fact]
    public async Task The_example_of_the_documentation_opens_for_each_meter_and_fits_its_schema()
    {
        using var box = ExampleBox();
        Assert.Equal(JsonNode.Parse(File.ReadAllText(Path.Combine(MessageSchemas.Folder("examples"), "identity.json")))!["boxKey"]!["kid"]!.GetValue<string>(), box.Public.KeyId);
        var schema = await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(Path.Combine(MessageSchemas.Folder("orders"), "keys.schema.json")));
        Assert.Empty(schema.Validate(Example));
        var keys = Read(Example);
        Assert.Null(keys.Fault([MeterId.Parse(Meter), MeterId.Parse("LGZ1030655933513")]));
        var order = KeysOrder.Parse(keys.Open(MeterId.Parse(Meter), box, Box, out _)!);
        Assert.Equal(
            [(KeyPurpose.Guek, "000102030405060708090A0B0C0D0E0F", "85941D7F39ED07FE11819FC8AC8CC2AB88C4A3D4A0E818F5"), (KeyPurpose.Gak, "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF", "52E03C2F53D726CC9B9C5623CBDEABCB59E3331741B7B105")],
            order.Keys.Select(key => (key.Purpose, Convert.ToHexString(key.Clear.Span), Convert.ToHexString(key.Wrapped.Span))));
        var other = KeysOrder.Parse(keys.Open(MeterId.Parse("LGZ1030655933513"), box, Box, out _)!);
        Assert.Equal("101112131415161718191A1B1C1D1E1F", Convert.ToHexString(Assert.Single(other.Keys).Clear.Span));
    }

    [Fact]
    public void What_is_sealed_opens_nowhere_else_and_for_nothing_else()
    {
        using var box = ExampleBox();
        using var stranger = BoxKey.Make();
        Assert.Contains("this box has", Fault(Example, stranger, Box), StringComparison.Ordinal);
        Assert.Contains("for another box than dc-0002", Fault(Example, box, "dc-0002"), StringComparison.Ordinal);
        var moved = JsonNode.Parse(Example)!; // the key of one meter under the name of another
        moved["keys"]![0]!["sealed"] = moved["keys"]![2]!["sealed"]!.DeepClone();
        Assert.Contains("that it is something else", Fault(moved.ToJsonString(), box, Box), StringComparison.Ordinal);
        moved = JsonNode.Parse(Example)!;
        moved["keys"]![0]!["sealed"] = moved["keys"]![1]!["sealed"]!.DeepClone(); // the gak for the guek
        Assert.Contains("that it is something else", Fault(moved.ToJsonString(), box, Box), StringComparison.Ordinal);
        moved = JsonNode.Parse(Example)!;
        moved["keys"]![0]!["wrapped"] = "85941D7F39ED07FE11819FC8AC8CC2AB88C4A3D4A0E818F5AABBCCDDEEFF0011";
        Assert.Contains("eight more are wanted", Fault(moved.ToJsonString(), box, Box), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_changed_letter_is_refused_with_a_sentence_and_never_thrown()
    {
        using var box = ExampleBox();
        var text = JsonNode.Parse(Example)!["keys"]![0]!["sealed"]!.GetValue<string>();
        Assert.NotNull(box.Open(SealedText.Parse(text, out _)!, out _));
        for (var at = 0; at < text.Length; at++)
        {
            var changed = text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
            var (parsed, fault) = (SealedText.Parse(changed, out var unread), "");
            var opened = parsed is null ? null : box.Open(parsed, out fault!);
            Assert.True(opened is null || changed[^1] != text[^1], $"letter {at} changed, and it opens"); // the last letter of a tag has bits that say nothing
            Assert.NotEmpty(opened is null ? unread ?? fault : "opened");
        }
    }

    [Theory]
    [InlineData("", "no JWE")]
    [InlineData("a.b.c.d", "no JWE")]
    [InlineData("e30.x.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "no JWE")]
    [InlineData("e30..AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "octets of nonce")]
    [InlineData("e30..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "alg ECDH-ES")]
    [InlineData("W10..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "alg ECDH-ES")]
    [InlineData("AAAA..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "no JSON")]
    public void What_is_no_sealed_text_is_named(string text, string sentence)
    {
        Assert.Null(SealedText.Parse(text, out var fault));
        Assert.Contains(sentence, fault, StringComparison.Ordinal);
        Assert.Null(SealedText.Parse(new string('A', 100_000), out fault));
        Assert.NotNull(fault);
    }

    [Fact]
    public void A_point_that_is_none_and_extensions_are_refused()
    {
        using var box = ExampleBox();
        var text = JsonNode.Parse(Example)!["keys"]![0]!["sealed"]!.GetValue<string>();
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(text.Split('.')[0]))!;
        header["epk"]!["y"] = header["epk"]!["x"]!.GetValue<string>();
        box.Open(SealedText.Parse(With(header, text), out _)!, out var fault);
        Assert.Equal("epk is no point on P-256", fault);
        header = JsonNode.Parse(Base64Url.DecodeFromChars(text.Split('.')[0]))!;
        header["zip"] = "DEF";
        Assert.Null(SealedText.Parse(With(header, text), out fault));
        Assert.Contains("extensions", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_box_key_comes_back_out_of_its_wrapping_and_only_under_its_own_name()
    {
        using var box = BoxKey.Make();
        var wrapped = box.Wrapped(this);
        using var again = BoxKey.Unwrap(this, box.Public.KeyId, wrapped);
        Assert.Equal(box.Public, again!.Public);
        Assert.Null(BoxKey.Unwrap(this, "another", wrapped));
    }

    /// <summary>Turns every octet and binds the name by putting it in front.</summary>
    byte[] IKeyWrap.Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name) => [.. name, .. Turned(key)];

    byte[]? IKeyWrap.Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name) => wrapped.StartsWith(name) ? Turned(wrapped[name.Length..]) : null;

    private static byte[] Turned(ReadOnlySpan<byte> octets)
    {
        var turned = octets.ToArray();
        for (var i = 0; i < turned.Length; i++)
        {
            turned[i] ^= 0x5A;
        }

        return turned;
    }

    private BoxKey ExampleBox()
    {
        using var pair = ECDiffieHellman.Create();
        pair.ImportFromPem(File.ReadAllText(Path.Combine(Sources.Root, "tests", "Vectors", "sealed", "box-key.pem")));
        var kid = JsonNode.Parse(File.ReadAllText(Path.Combine(MessageSchemas.Folder("examples"), "identity.json")))!["boxKey"]!["kid"]!.GetValue<string>();
        return BoxKey.Unwrap(this, kid, ((IKeyWrap)this).Wrap(pair.ExportPkcs8PrivateKey(), Encoding.UTF8.GetBytes("box key|" + kid)))!;
    }

    private static SealedKeys Read(string args) => OrderArguments.Read("keys", args, out var fault)?.Keys ?? throw new InvalidDataException(fault);

    private static string Fault(string args, BoxKey box, string id)
    {
        Assert.Null(Read(args).Open(MeterId.Parse(Meter), box, id, out var fault));
        return fault!;
    }

    private static string With(JsonNode header, string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString())) + text[text.IndexOf('.', StringComparison.Ordinal)..];

    private static ECDiffieHellman Pair(string x, string y, string d) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) }, D = Base64Url.DecodeFromChars(d),
    });
}
