namespace Protocols.P1;

/// <summary>
/// One telegram of a P1 port (DSMR P1 companion standard 5.0.2 clause 6.2) or one readout of IEC 62056-21 mode D:
/// <code>/XXX5 identification CR LF | CR LF | lines | ! [CRC, 1 to 4 hex digits] CR LF</code>
/// </summary>
/// <param name="Octets">From the slash to the end of the CRC, parity bits removed; a copy of its own.</param>
/// <param name="IsChecked">It had a CRC, and that held. DSMR 2.2 and mode D have none.</param>
public readonly record struct P1Telegram(ReadOnlyMemory<byte> Octets, bool IsChecked)
{
    /// <summary>The longest telegram that is waited for; those of DSMR 5 and e-MUCS have about 1 to 4 kB, two long text messages included.</summary>
    public const int Longest = 16 * 1024;

    internal const byte Slash = (byte)'/', Exclamation = (byte)'!', LineFeed = (byte)'\n';
}
