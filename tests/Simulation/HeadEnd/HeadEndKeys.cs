using System.Security.Cryptography;

namespace Simulation.HeadEnd;

/// <summary>Makes what a head-end and a box must share before they meet: the key that orders are signed with, and the keys of the box's own association.</summary>
public static class HeadEndKeys
{
    private const int KeyLength = 16; // suite 0

    /// <summary>
    /// Writes <c>ID.key.pem</c> (the head-end's, to sign with), <c>ID.pem</c> (for the box's <c>[[issuer]]</c>) and <c>box.keys</c> (a line for the box's keys file).
    /// </summary>
    public static void Write(string directory, string box, string keyId)
    {
        Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Secret(Path.Combine(directory, keyId + ".key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(directory, keyId + ".pem"), key.ExportSubjectPublicKeyInfoPem());
        Secret(
            Path.Combine(directory, "box.keys"),
            $"{box.ToUpperInvariant()} dlms client=1 suite=0 guek={Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyLength))} gak={Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyLength))}\n");
    }

    private static void Secret(string path, string text)
    {
        File.Delete(path);
        using (File.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            // Nobody else may read it before there is anything in it.
        }

        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
    }
}
