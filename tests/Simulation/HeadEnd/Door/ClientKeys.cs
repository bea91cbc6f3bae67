using System.Globalization;

namespace Simulation.HeadEnd.Door;

/// <summary>Keys under which a client speaks with a device, from a keys file (CONTRACTS section 4): <c>NAME dlms client=1 suite=0 guek=HEX gak=HEX</c></summary>
public sealed record ClientKeys(string Name, int Client, byte Suite, byte[] Encryption, byte[] Authentication)
{
    /// <summary>The keys of a device and client; null where the lines have none.</summary>
    public static ClientKeys? Find(IEnumerable<string> lines, string name, int client)
    {
        foreach (var words in lines.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 2 && words[0] == name && words[1] == "dlms"))
        {
            var named = words[2..].Where(word => word[0] != '#').Select(word => word.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.First()[1]);
            if (named.GetValueOrDefault("client", "1") == client.ToString(CultureInfo.InvariantCulture) && named.TryGetValue("guek", out var encryption) && named.TryGetValue("gak", out var authentication))
            {
                return new ClientKeys(name, client, byte.Parse(named.GetValueOrDefault("suite", "0"), CultureInfo.InvariantCulture), Convert.FromHexString(encryption), Convert.FromHexString(authentication));
            }
        }

        return null;
    }
}
