namespace Protocols.Dlms.Security;

/// <summary>Authentication mechanism names 2.16.756.5.8.2.n (IEC 62056-5-3 clause 7).</summary>
public enum AuthenticationMechanism : byte
{
    /// <summary>Lowest level: none.</summary>
    None = 0,
    /// <summary>A password in the AARQ.</summary>
    Low = 1,
    /// <summary>The maker's own; here AES-128-ECB of the challenge under the secret.</summary>
    Manufacturer = 2,
    /// <summary>MD5 of challenge and secret.</summary>
    Md5 = 3,
    /// <summary>SHA-1 of challenge and secret.</summary>
    Sha1 = 4,
    /// <summary>GMAC of the challenge under the global key.</summary>
    Gmac = 5,
    /// <summary>SHA-256 of secret, system titles and challenges.</summary>
    Sha256 = 6,
    /// <summary>ECDSA over system titles and challenges.</summary>
    Ecdsa = 7,
}
