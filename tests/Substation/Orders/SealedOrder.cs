using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Protocols.Dlms.Security;

namespace Substation.Orders;

/// <summary>A key server and a head-end: a new key wrapped for the meter and sealed for the box, without the product's sealing.</summary>
internal static class SealedOrder
{
    /// <summary>The <c>args</c> of a change of keys of one meter.</summary>
    internal static string Args(BoxPublicKey box, string boxId, string meter, byte[] kek, params (string Purpose, byte[] Key)[] keys) =>
        $"{{\"keys\":[{string.Join(',', keys.Select(key => $"{{\"meter\":\"{meter}\",\"purpose\":\"{key.Purpose}\",\"sealed\":\"{Seal(box, boxId, $"{meter}/{key.Purpose}", key.Key)}\",\"wrapped\":\"{Convert.ToHexString(KeyWrap.Wrap(kek, key.Key))}\"}}"))}]}}";

    internal static string Seal(BoxPublicKey box, string boxId, string what, byte[] key)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.DecodeFromChars(box.X), Y = Base64Url.DecodeFromChars(box.Y) } });
        var point = own.ExportParameters(false).Q;
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $"{{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"{box.KeyId}\",\"epk\":{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{Base64Url.EncodeToString(point.X)}\",\"y\":\"{Base64Url.EncodeToString(point.Y)}\"}},\"apu\":\"{Text(what)}\",\"apv\":\"{Text(boxId)}\"}}"));
        var derived = own.DeriveKeyFromHash(other.PublicKey, HashAlgorithmName.SHA256, [0, 0, 0, 1], [.. Sized("A256GCM"), .. Sized(what), .. Sized(boxId), 0, 0, 1, 0]);
        var (nonce, content, tag) = (RandomNumberGenerator.GetBytes(12), new byte[key.Length], new byte[16]);
        using var cipher = new AesGcm(derived, 16);
        cipher.Encrypt(nonce, key, content, tag, Encoding.ASCII.GetBytes(header));
        return $"{header}..{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(tag)}";
    }

    private static string Text(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[] Sized(string text)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(text)];
    }
}
