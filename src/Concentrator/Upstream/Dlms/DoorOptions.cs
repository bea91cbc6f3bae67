using System.Net;

namespace Concentrator.Upstream.Dlms;

/// <summary>A door for head-ends that speak DLMS.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Listen">Where.</param>
/// <param name="Allow">Networks that may come.</param>
/// <param name="Box">The box's id.</param>
/// <param name="Title">The box's system title, 8 octets.</param>
internal sealed record DoorOptions(string Name, IPEndPoint Listen, IReadOnlyList<IPNetwork> Allow, string Box, ReadOnlyMemory<byte> Title)
{
    /// <summary>Connections at a time.</summary>
    internal int Connections { get; init; } = 16;

    /// <summary>Of these from one address.</summary>
    internal int PerClient { get; init; } = 4;

    /// <summary>A connection that says nothing for so long is closed.</summary>
    internal TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A PDU that began is whole after so long: nobody holds a connection with half of one.</summary>
    internal TimeSpan WholeWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The TLS handshake is over after so long.</summary>
    internal TimeSpan GreetWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Mechanism of the management client: 5 GMAC, 1 a password.</summary>
    internal int Mechanism { get; init; } = 5;

    /// <summary>Its security suite.</summary>
    internal byte Suite { get; init; }

    /// <summary>Meters that may be spoken with through the box: ids, or beginnings with * behind them.</summary>
    internal IReadOnlyList<string> PassThrough { get; init; } = [];

    /// <summary>Time servers the box asks, host and port.</summary>
    internal IReadOnlyList<(string Host, int Port)> TimeServers { get; init; } = [];

    /// <summary>File with the certificate of the door; null for no TLS.</summary>
    internal string? Certificate { get; init; }

    /// <summary>File with its key.</summary>
    internal string? Key { get; init; }

    /// <summary>File with the authorities that head-ends' certificates must come from; null where they show none.</summary>
    internal string? Ca { get; init; }

    /// <summary>The longest APDU that is taken and sent: what fits a wrapper PDU of any meter behind its prefix.</summary>
    internal int LongestPdu { get; init; } = 16 * 1024;

    /// <summary>Under which device the keys of the box's own associations stand in the keys file: its id in capitals, with '-' for what no id of a device may hold.</summary>
    internal string KeyDevice => NameOf(Box);

    internal static string NameOf(string box)
    {
        var name = string.Concat(box.ToUpperInvariant().Select(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) ? letter : '-'));
        return name.Length < 4 ? "BOX-" + name : name;
    }

    /// <summary>The logical device name of the box: maker's letters, DCU, and what its system title holds behind them, in hex.</summary>
    internal string LogicalDeviceName => System.Text.Encoding.ASCII.GetString(Title.Span[..3]) + "DCU" + Convert.ToHexString(Title.Span[3..]);
}
