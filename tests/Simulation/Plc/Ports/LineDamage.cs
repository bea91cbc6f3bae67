namespace Simulation.Plc.Ports;

/// <summary>What a serial line does to frames; each a share of them.</summary>
/// <param name="Flip">One bit is another: the check sum does not fit.</param>
/// <param name="Cut">It ends in its middle.</param>
/// <param name="DoubledFlag">Its flags come twice.</param>
/// <param name="Noise">Octets of noise before it, flags and escapes among them.</param>
/// <param name="Seed">One seed, one run.</param>
public sealed record LineDamage(double Flip = 0, double Cut = 0, double DoubledFlag = 0, double Noise = 0, int Seed = 1)
{
    /// <summary>None.</summary>
    public static LineDamage None { get; } = new();
}
