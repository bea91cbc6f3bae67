using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Push;

/// <summary>Ciphers of meters that push, kept as long as no key changes. A meter is looked up by its name where that is known, and by its system title (<c>ST-..</c>).</summary>
internal sealed class PushKeys(IKeyRing keys) : IDisposable
{
    private const int Most = 4096, LongestKey = 64;
    private readonly Dictionary<(string Device, int Client, bool IsBroadcast, bool IsAuthenticated), DlmsCipher> _ciphers = [];
    private long _version = -1;

    /// <summary>The cipher for a sender, under the first name and client that has keys.</summary>
    /// <param name="missing">Which key is missing, for the sentence; null where the cipher is there.</param>
    internal DlmsCipher? Find(IEnumerable<string> devices, IEnumerable<int> clients, byte control, out string device, out int client, out string? missing)
    {
        if (_version != keys.Version)
        {
            Dispose();
            _version = keys.Version;
        }

        var (isBroadcast, isAuthenticated) = ((control & CipheredContent.Broadcast) != 0, (control & CipheredContent.Authenticated) != 0);
        var wanted = isBroadcast ? "gbek=" : "guek=";
        missing = isAuthenticated ? $"{wanted} and gak=" : wanted;
        foreach (var name in devices)
        {
            foreach (var sap in clients)
            {
                (device, client) = (name, sap);
                if (_ciphers.TryGetValue((name, sap, isBroadcast, isAuthenticated), out var known) || (known = Make(name, sap, isBroadcast, isAuthenticated, ref missing)) is not null)
                {
                    missing = null;
                    return known;
                }
            }
        }

        (device, client) = ("", 0);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }

        _ciphers.Clear();
    }

    private DlmsCipher? Make(string device, int client, bool isBroadcast, bool isAuthenticated, ref string missing)
    {
        Span<byte> key = stackalloc byte[LongestKey], authentication = stackalloc byte[LongestKey];
        var length = keys.Find(new KeyName(device, isBroadcast ? KeyPurpose.Gbek : KeyPurpose.Guek, client), key);
        var other = isAuthenticated ? keys.Find(new KeyName(device, KeyPurpose.Gak, client), authentication) : 0;
        if (length is not (16 or 32) || (isAuthenticated && other == 0))
        {
            missing = length > 0 && other == 0 ? "gak=, and what is authenticated is not read without" : missing;
            return null;
        }

        if (_ciphers.Count >= Most)
        {
            Dispose();
        }

        return _ciphers[(device, client, isBroadcast, isAuthenticated)] = new DlmsCipher(key[..length], authentication[..other]);
    }
}
