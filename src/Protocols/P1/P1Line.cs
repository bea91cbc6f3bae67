using Metering;

namespace Protocols.P1;

/// <summary>One line: an OBIS code and what stands in brackets behind it.</summary>
public readonly ref struct P1Line(Obis name, ReadOnlySpan<byte> values)
{
    /// <summary>The code; none where the line begins with no code.</summary>
    public Obis Name { get; } = name;

    /// <summary>Everything from the first bracket on, with the line ends of values that continue on the next line.</summary>
    public ReadOnlySpan<byte> Values { get; } = values;

    /// <summary>Takes the next value off the front of <paramref name="values"/>: what stands between the next brackets.</summary>
    public static bool TryValue(ref ReadOnlySpan<byte> values, out ReadOnlySpan<byte> value)
    {
        value = default;
        var open = values.IndexOf((byte)'(');
        var close = open < 0 ? -1 : values[open..].IndexOf((byte)')');
        if (close < 0)
        {
            return false;
        }

        value = values.Slice(open + 1, close - 1);
        values = values[(open + close + 1)..];
        return true;
    }
}

/// <summary>Goes through the lines of a telegram. A line that begins with a bracket goes on with the one before it (DSMR 2.2 writes M-Bus values so).</summary>
public ref struct P1Lines
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Begins behind the identification.</summary>
    public P1Lines(ReadOnlySpan<byte> telegram)
    {
        _rest = telegram;
        Identification = TakeLine();
        Identification = Identification.IsEmpty ? default : Identification[1..];
    }

    /// <summary>The maker's letters, the speed and what the maker calls the meter: all of the first line behind the slash.</summary>
    public ReadOnlySpan<byte> Identification { get; }

    /// <summary>The next line that has brackets; false at the exclamation mark.</summary>
    public bool TryNext(out P1Line line)
    {
        line = default;
        while (!_rest.IsEmpty && _rest[0] != P1Telegram.Exclamation)
        {
            var all = _rest;
            var first = TakeLine();
            var length = first.Length;
            while (!_rest.IsEmpty && _rest[0] == (byte)'(')
            {
                length = all.Length - _rest.Length;
                length += TakeLine().Length;
            }

            var open = first.IndexOf((byte)'(');
            if (open >= 0)
            {
                line = new P1Line(P1Obis.TryParse(first[..open], out var name) ? name : Obis.None, all[open..length]);
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<byte> TakeLine()
    {
        var feed = _rest.IndexOf(P1Telegram.LineFeed);
        var line = feed < 0 ? _rest : _rest[..feed];
        _rest = feed < 0 ? default : _rest[(feed + 1)..];
        return line.TrimEnd((byte)'\r');
    }
}
