using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Unit.Flows.Security;

/// <summary>A head-end that signs ownership lists, written without the product's canonical form: its members stand in the order that form has.</summary>
internal static class SignedList
{
    internal static string Of(ECDsa key, long version, string meters, string keyId = "hes-1", string algorithm = "ES256", string issuedAt = "2026-11-24T08:00:00Z", string? kid = null)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{{\"issuedAt\":\"{issuedAt}\",\"keyId\":\"{keyId}\",\"meters\":[{meters}],\"version\":{version}}}");
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\",\"kid\":\"{kid ?? keyId}\"}}"));
        var signed = Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(body))}");
        var mark = Base64Url.EncodeToString(key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return $"{body[..^1]},\"signature\":\"{header}..{mark}\"}}";
    }

    internal static string Entry(string meter, string box) => $"{{\"box\":\"{box}\",\"meter\":\"{meter}\"}}";
}
