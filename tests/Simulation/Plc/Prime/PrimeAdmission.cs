namespace Simulation.Plc.Prime;

/// <summary>Whom a base node lets in: its white list, and under a security profile (1.4) those whose device unique key it was given. In RAM: gone with its power.</summary>
internal sealed class PrimeAdmission
{
    private readonly HashSet<string> _white = [];
    private readonly Dictionary<string, byte[]> _keys = [];

    /// <summary>Only those of the white list.</summary>
    internal bool IsListOn { get; set; }

    /// <summary>Security profile, 0 to 2.</summary>
    internal byte Profile { get; set; }

    /// <summary>Who stands in the list.</summary>
    internal int Listed => _white.Count;

    /// <summary>Nodes that were turned away.</summary>
    internal int TurnedAway { get; private set; }

    internal void Add(ReadOnlySpan<byte> eui) => _white.Add(Convert.ToHexString(eui));

    internal bool Remove(ReadOnlySpan<byte> eui) => _white.Remove(Convert.ToHexString(eui));

    /// <summary>A node's device unique key.</summary>
    internal void Key(ReadOnlySpan<byte> eui, ReadOnlySpan<byte> key) => _keys[Convert.ToHexString(eui)] = key.ToArray();

    internal PrimeVerdict Judge(PrimeNode node)
    {
        var verdict = JudgeFor(node);
        TurnedAway += verdict == PrimeVerdict.Accepted ? 0 : 1;
        return verdict;
    }

    private PrimeVerdict JudgeFor(PrimeNode node)
    {
        if (IsListOn && !_white.Contains(node.Place.Eui))
        {
            return PrimeVerdict.NotListed;
        }

        if (Profile == 0 || node.Profile == 0)
        {
            return PrimeVerdict.Accepted; // a node may register below the profile; which it used can be asked
        }

        return !_keys.TryGetValue(node.Place.Eui, out var key) ? PrimeVerdict.NoUniqueKey : key.AsSpan().SequenceEqual(node.UniqueKey) ? PrimeVerdict.Accepted : PrimeVerdict.WrongUniqueKey;
    }
}
