namespace Simulation.Plc.Prime;

/// <summary>A node in the tables of the base node.</summary>
public sealed class PrimeEntry
{
    internal const byte NoSwitch = 0xFF;

    internal PrimeEntry(PrimeNode node, PrimeEntry? carrier, ushort lnid, byte profile) => (Node, Carrier, Lnid, Profile) = (node, carrier, lnid, profile);

    /// <summary>Who.</summary>
    public PrimeNode Node { get; }

    /// <summary>The switch it registered through; null: the base node itself.</summary>
    public PrimeEntry? Carrier { get; }

    /// <summary>Its number on its switch.</summary>
    public ushort Lnid { get; }

    /// <summary>The security profile it registered under.</summary>
    public byte Profile { get; }

    /// <summary>Its own number as a switch; FF: it is none.</summary>
    public byte Lsid { get; internal set; } = NoSwitch;

    /// <summary>The number of its switch; 0: the base node.</summary>
    public byte Sid => Carrier?.Lsid ?? 0;

    /// <summary>4-32 address; null while it has no connection.</summary>
    public ushort? Address { get; internal set; }

    /// <summary>The base node has forgotten it.</summary>
    public bool IsGone { get; internal set; }

    /// <summary>Switches between.</summary>
    public byte Level => (byte)(Carrier is null ? 0 : Carrier.Level + 1);

    /// <summary>Keep-alive rounds that were lost, one after another.</summary>
    internal int Missed { get; set; }

    /// <summary>It is being made a switch.</summary>
    internal bool IsPromoting { get; set; }

    /// <summary>How well it is heard, 0 to 7.</summary>
    internal byte Signal => (byte)Math.Round(7 * Node.Place.Quality);
}
