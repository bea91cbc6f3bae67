using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Unit.Vectors.Dlms;

/// <summary>
/// Signed messages of other people's devices, whose public keys nobody told: a signature over known octets leads to two possible keys, and the right one verifies every other message of its
/// signer. It does so only if the signature stands over exactly the octets it is checked over.
/// </summary>
public class SharedSignatureTests
{
    private static readonly BigInteger Prime = Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"), Order = Number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        B = Number("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    private static readonly (BigInteger X, BigInteger Y) Base =
        (Number("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"), Number("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"));

    [Fact]
    public void Every_signature_of_a_signer_holds_under_the_key_that_its_first_one_leads_to()
    {
        var signed = SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString()!.StartsWith("gbcs:", StringComparison.Ordinal))
            .Select(row => Pdu.Read(Convert.FromHexString(row.GetProperty("hex").GetString()!), out _)).OfType<GeneralSigning>().Where(one => one.Signature is { Length: 64 })
            .GroupBy(one => Convert.ToHexString(one.Header.Originator.Span)).Where(group => group.Count() > 1).ToList();
        var held = 0;
        foreach (var group in signed)
        {
            var keys = KeysOf(group.First()).Where(key => group.All(one => GeneralEnvelope.Verify(one, key) is null)).ToList();
            Assert.True(keys.Count == 1, $"{keys.Count} keys fit all {group.Count()} messages of {group.Key}");
            held += group.Count();
        }

        Assert.True(held > 100, $"{held} signatures");
    }

    /// <summary>Q = (sR - zG) / r for both points R whose x is r.</summary>
    private static IEnumerable<byte[]> KeysOf(GeneralSigning one)
    {
        var octets = (one with { Signature = null }).ToOctets().AsSpan(1).ToArray();
        var (r, s, z) = (Number(one.Signature!.Value[..32]), Number(one.Signature.Value[32..]), Number(SHA256.HashData(octets)));
        var y = BigInteger.ModPow(Modulo((r * r * r) - (3 * r) + B, Prime), (Prime + 1) / 4, Prime);
        var inverse = BigInteger.ModPow(r, Order - 2, Order);
        foreach (var root in new[] { y, Prime - y })
        {
            var key = Add(Multiply(s * inverse % Order, (r, root)), Multiply(Modulo(-z * inverse, Order), Base))!.Value;
            yield return [.. key.X.ToByteArray(isUnsigned: true, isBigEndian: true).Reverse().Concat(new byte[32]).Take(32).Reverse(), .. key.Y.ToByteArray(isUnsigned: true, isBigEndian: true).Reverse().Concat(new byte[32]).Take(32).Reverse()];
        }
    }

    private static (BigInteger X, BigInteger Y)? Multiply(BigInteger factor, (BigInteger X, BigInteger Y) point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (var doubled = ((BigInteger X, BigInteger Y)?)point; factor > 0; factor >>= 1, doubled = Add(doubled, doubled))
        {
            sum = factor.IsEven ? sum : Add(sum, doubled);
        }

        return sum;
    }

    private static (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? one, (BigInteger X, BigInteger Y)? other)
    {
        if (one is not { } p || other is not { } q)
        {
            return one ?? other;
        }

        if (p.X == q.X && Modulo(p.Y + q.Y, Prime).IsZero)
        {
            return null;
        }

        var (rise, run) = p == q ? ((3 * p.X * p.X) - 3, 2 * p.Y) : (q.Y - p.Y, q.X - p.X);
        var slope = Modulo(rise * BigInteger.ModPow(Modulo(run, Prime), Prime - 2, Prime), Prime);
        var x = Modulo((slope * slope) - p.X - q.X, Prime);
        return (x, Modulo((slope * (p.X - x)) - p.Y, Prime));
    }

    private static BigInteger Modulo(BigInteger value, BigInteger modulus) => ((value % modulus) + modulus) % modulus;

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static BigInteger Number(ReadOnlyMemory<byte> octets) => new(octets.Span, isUnsigned: true, isBigEndian: true);
}
