using System.Security.Cryptography;

namespace Concentrator.Security.Issued;

/// <summary>Somebody whose signature counts here.</summary>
/// <param name="KeyId">Name of the key.</param>
/// <param name="PublicKeyFile">PEM.</param>
/// <param name="Orders">What it may sign; <c>*</c> for all.</param>
internal sealed record Issuer(string KeyId, string PublicKeyFile, IReadOnlyList<string> Orders);

/// <summary>The public keys of those who may sign, read when they are wanted: a file that was changed counts at once.</summary>
internal sealed class Issuers(IReadOnlyList<Issuer> issuers)
{
    /// <summary>The key of an issuer that may sign such a thing; null with a sentence where there is none.</summary>
    /// <param name="what">What is signed: a verb of an order, or <c>owner</c>.</param>
    internal ECDsa? Find(string keyId, string what, out string? fault)
    {
        var issuer = issuers.FirstOrDefault(candidate => candidate.KeyId == keyId);
        fault = issuer is null ? $"key {keyId} is not known here: no [[issuer]] table names it"
            : !issuer.Orders.Contains("*") && !issuer.Orders.Contains(what) ? $"key {keyId} may not sign {what}: its [[issuer]] table allows {string.Join(", ", issuer.Orders)}"
            : null;
        if (fault is not null)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(issuer!.PublicKeyFile));
            if (key.KeySize == 256)
            {
                return key;
            }

            fault = $"{issuer.PublicKeyFile} holds a key of {key.KeySize} bits; ES256 wants P-256";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            fault = $"{issuer!.PublicKeyFile} holds no public key in PEM: {e.Message}";
        }

        key.Dispose();
        return null;
    }
}
