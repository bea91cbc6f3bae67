using System.Security.Cryptography;

namespace Protocols.Dlms.Security;

/// <summary>
/// Challenges from the platform's generator, drawn in larger pieces: one draw costs as much for 16 octets as for 512, more than an AES-GCM of a message. What was given is wiped and never given again.
/// </summary>
internal static class Challenges
{
    private const int Drawn = 512;

    [ThreadStatic]
    private static byte[]? _octets;

    [ThreadStatic]
    private static int _left;

    /// <summary>So many octets that nobody can guess.</summary>
    internal static byte[] Make(int length)
    {
        if (length > Drawn)
        {
            return RandomNumberGenerator.GetBytes(length);
        }

        var octets = _octets ??= new byte[Drawn];
        if (length > _left)
        {
            RandomNumberGenerator.Fill(octets);
            _left = Drawn;
        }

        var piece = octets.AsSpan(_left -= length, length);
        var challenge = piece.ToArray();
        CryptographicOperations.ZeroMemory(piece);
        return challenge;
    }
}
