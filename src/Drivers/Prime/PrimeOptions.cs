using Drivers.Usi;

namespace Drivers.Prime;

/// <summary>How one PRIME base node is run.</summary>
/// <param name="Name">The driver's name in the configuration.</param>
/// <param name="Port">Where the modem is, for sentences.</param>
public sealed record PrimeOptions(string Name, string Port)
{
    /// <summary>The longest APDU a meter is offered to send: the modem hands 1,021 octets over without looking, and needs room for escapes and for the head (plc-modems.md, 3).</summary>
    public const ushort LongestPdu = 960;

    /// <summary>Nodes a base node has at most; as many again may have left.</summary>
    public const int MostNodes = 4096;

    /// <summary>Line speed of the modem.</summary>
    public int Baud { get; init; } = UsiPortOptions.DefaultBaud;

    /// <summary>The security profile the network runs under: 0 none, 1 and 2 those of PRIME 1.4. A node whose connection is below is refused. Null: as the modem is set, and nobody is refused.</summary>
    public int? SecurityProfile { get; init; }

    /// <summary>The modem itself turns away who is not expected, where unknown nodes are not accepted: they cost no air then.</summary>
    public bool UsesWhiteList { get; init; } = true;

    /// <summary>How long a confirm may take at most. One that is older is dropped by the modem's own host software too.</summary>
    public TimeSpan ConfirmGuard { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Meters whose exchanges are open at the same time.</summary>
    public int MetersAtOnce { get; init; } = 6;

    /// <summary>Nodes that are asked who they are at the same time.</summary>
    public int AskedAtOnce { get; init; } = 2;

    /// <summary>How often the modem's table of links is read; it costs no air.</summary>
    public TimeSpan LooksAtLinksEvery { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A node that was not seen so long after the modem got its device unique key is told of: its key may be wrong, which shows in nothing else.</summary>
    public TimeSpan AwaitsFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most urgent message goes first; false, for comparison: whoever came first.</summary>
    public bool Arbitrates { get; init; } = true;

    /// <summary>How long the modem may take over a question about itself.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What this firmware does otherwise than its document says.</summary>
    public PrimeQuirks Quirks { get; init; } = PrimeQuirks.Stock;
}
