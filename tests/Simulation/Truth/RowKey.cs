using System.Globalization;
using System.Security.Cryptography;

namespace Simulation.Truth;

/// <summary>
/// Keys of rows, computed from the contract: SHA-256 over the telegram from its C field on, hop and repeated-access bits cleared, then the UTC day of reception.
/// </summary>
internal static class RowKey
{
    internal static string Of(string meter, ReadOnlySpan<byte> telegram, DateTime receivedUtc)
    {
        var content = telegram[1..].ToArray();
        ClearRepeaterBits(content);
        var hash = SHA256.HashData([.. content, .. System.Text.Encoding.ASCII.GetBytes(receivedUtc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))]);
        return $"{meter}/mbus/h:{Convert.ToHexString(hash.AsSpan(0, 8)).ToLowerInvariant()}/0";
    }

    private static void ClearRepeaterBits(byte[] content)
    {
        var at = 9; // C, M, A
        switch (content[at])
        {
            case 0x8C:
                content[at + 1] &= 0xED;
                at += 3;
                break;
            case 0x8D:
                content[at + 1] &= 0xED;
                return; // behind it all is encrypted
        }

        if (content[at] == 0x90)
        {
            at += 2 + content[at + 1];
        }

        if (content[at] == 0x7A && (content[at + 4] & 0x1F) is 0 or 5)
        {
            content[at + 3] &= 0xFC;
        }
    }
}
