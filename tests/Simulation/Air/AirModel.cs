using Simulation.Scenarios;

namespace Simulation.Air;

/// <summary>What became of a telegram in the air.</summary>
public enum AirFate
{
    Received, Collision, Weak,
}

/// <summary>
/// One channel and one receiver: a telegram is lost when another overlaps it and is not at least 6 dB weaker, or when it is too weak by a seeded draw. Telegrams must be given in
/// the order of their start.
/// </summary>
public sealed class AirModel(AirSettings settings, int seed)
{
    private const double Capture = 6;
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _strength = [];

    /// <summary>Time in the air at 100 kchip/s: C1 frame format B is NRZ (8 chips an octet), T1 codes 3 of 6 (12 chips).</summary>
    public static TimeSpan Airtime(int octets, bool coded) => TimeSpan.FromMicroseconds((octets + 10) * (coded ? 12 : 8) * 10);

    /// <summary>Strength of a meter at the receiver, in dBm: the same for the whole run.</summary>
    public int StrengthOf(string meter)
    {
        if (!_strength.TryGetValue(meter, out var dbm))
        {
            _strength[meter] = dbm = settings.Strongest - _random.Next(0, Math.Max(1, settings.Strongest - settings.Weakest));
        }

        return dbm;
    }

    /// <summary>Judges one telegram against its neighbours in time.</summary>
    public AirFate Judge(int dbm, TimeSpan start, TimeSpan end, IEnumerable<(TimeSpan Start, TimeSpan End, int Dbm)> others)
    {
        foreach (var other in others)
        {
            if (settings.Collisions && other.Start < end && start < other.End && other.Dbm > dbm - Capture)
            {
                return AirFate.Collision;
            }
        }

        var margin = dbm + 100; // sensitivity
        return _random.NextDouble() < Math.Max(settings.Loss, Math.Exp(-margin / 1.5)) ? AirFate.Weak : AirFate.Received;
    }
}
