using System.Globalization;

namespace Simulation.Encoding;

/// <summary>One value a simulated meter sends, and how.</summary>
/// <param name="Column">DIF/DIFE/VIF/VIFE in hex: the column id.</param>
/// <param name="Obis">The OBIS code it stands for, or null.</param>
/// <param name="Value">As a subscriber gets it: an exact integer (times 10^scaler), or ISO text of a time.</param>
/// <param name="Scaler">Power of ten.</param>
/// <param name="Unit">Symbol of the closed list; empty for none.</param>
public sealed record SentValue(string Column, string? Obis, string Value, int Scaler, string Unit);

/// <summary>Builds the records of one telegram and remembers what they say.</summary>
public sealed class RecordBuilder(PlantedBug bug = PlantedBug.None)
{
    private readonly List<byte> _octets = [];

    /// <summary>The records.</summary>
    public byte[] Octets => [.. _octets];

    /// <summary>What they say.</summary>
    public List<SentValue> Sent { get; } = [];

    /// <summary>A BCD number of 4, 6 or 8 digits.</summary>
    public RecordBuilder Bcd(string header, int octets, long number, int scaler, string unit, string? obis)
    {
        _octets.AddRange(Convert.FromHexString(header));
        var rest = number;
        for (var i = 0; i < octets; i++)
        {
            _octets.Add((byte)((rest % 10) | (rest / 10 % 10 << 4)));
            rest /= 100;
        }

        return Say(header, number, scaler, unit, obis);
    }

    /// <summary>A two's complement number of 1 to 8 octets.</summary>
    public RecordBuilder Integer(string header, int octets, long number, int scaler, string unit, string? obis)
    {
        _octets.AddRange(Convert.FromHexString(header));
        for (var i = 0; i < octets; i++)
        {
            _octets.Add((byte)(number >> (8 * i)));
        }

        return Say(header, number, scaler, unit, obis);
    }

    /// <summary>Date and time, type F, of the meter's clock.</summary>
    public RecordBuilder DateTime(string header, DateTime at)
    {
        _octets.AddRange(Convert.FromHexString(header));
        var year = at.Year - 2000;
        _octets.Add((byte)at.Minute);
        _octets.Add((byte)at.Hour);
        _octets.Add((byte)(at.Day | ((year & 7) << 5)));
        _octets.Add((byte)(at.Month | (year >> 3 << 4)));
        Sent.Add(new SentValue(header, null, at.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), 0, "1"));
        return this;
    }

    /// <summary>Date, type G.</summary>
    public RecordBuilder Date(string header, DateTime at)
    {
        _octets.AddRange(Convert.FromHexString(header));
        var year = at.Year - 2000;
        _octets.Add((byte)(at.Day | ((year & 7) << 5)));
        _octets.Add((byte)(at.Month | (year >> 3 << 4)));
        Sent.Add(new SentValue(header, null, at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), 0, "1"));
        return this;
    }

    private RecordBuilder Say(string header, long number, int scaler, string unit, string? obis)
    {
        var said = bug == PlantedBug.Scaler ? scaler + 1 : scaler;
        Sent.Add(new SentValue(header, obis, number.ToString(CultureInfo.InvariantCulture), said, unit));
        return this;
    }
}
