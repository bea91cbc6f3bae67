using Simulation.Scenarios;

namespace Simulation.Modems;

/// <summary>Spoils what a stick says, by seeded draws: the wire is impaired, not the stick.</summary>
public sealed class Misbehaviour(StickSettings settings, int seed)
{
    private readonly Random _random = new(seed);
    private int _deaf = settings.Deaf;

    /// <summary>True where the stick is pulled out.</summary>
    public bool IsAway(TimeSpan now) => settings.Unplug?.Any(pause => pause.Holds(now)) ?? false;

    /// <summary>True where it neither answers nor hears.</summary>
    public bool IsStalled(TimeSpan now) => settings.Stall?.Any(pause => pause.Holds(now)) ?? false;

    /// <summary>A telegram's frame as it goes out, in pieces.</summary>
    /// <param name="garbled">True where the telegram in it cannot arrive.</param>
    public IReadOnlyList<byte[]> Spoil(byte[] frame, out bool garbled)
    {
        garbled = _random.NextDouble() < settings.Corrupt;
        var said = (byte[])frame.Clone();
        if (garbled)
        {
            said[_random.Next(4, said.Length)] ^= (byte)(1 << _random.Next(8));
        }

        byte[] all = [.. _random.NextDouble() < settings.Garbage ? Rubbish() : [], .. said];
        if (!garbled && _random.NextDouble() < settings.Twice)
        {
            all = [.. all, .. frame];
        }

        return settings.Octets ? [.. all.Select(octet => new[] { octet })] : [all];
    }

    /// <summary>An answer as it goes out; empty where the stick is still deaf.</summary>
    public byte[] SpoilAnswer(byte[] answer)
    {
        if (answer.Length == 0)
        {
            return answer;
        }

        if (_deaf > 0)
        {
            _deaf--;
            return [];
        }

        if (_random.NextDouble() < settings.WrongChecksum)
        {
            answer[^1] ^= 0x5A;
        }

        return answer;
    }

    /// <summary>Any octets, start octets among them: what noise on a line looks like to a UART.</summary>
    private byte[] Rubbish()
    {
        var octets = new byte[_random.Next(1, 24)];
        _random.NextBytes(octets);
        return octets;
    }
}
