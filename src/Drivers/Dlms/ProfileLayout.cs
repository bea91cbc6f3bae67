using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>How a profile is built, by its own attributes.</summary>
/// <param name="Columns">Attribute 3.</param>
/// <param name="PeriodSeconds">Attribute 4; 0 where rows come as things happen.</param>
/// <param name="NewestFirst">Attribute 5 is 2.</param>
/// <param name="Entries">Attribute 8: rows it has room for; 0 where the meter does not tell.</param>
internal sealed record ProfileLayout(CaptureObject[] Columns, int PeriodSeconds, bool NewestFirst, int Entries)
{
    /// <summary>What is older is overwritten by now.</summary>
    internal DateTime Clip(DateTime from, DateTime now)
    {
        var room = TimeSpan.FromSeconds((double)PeriodSeconds * Entries);
        return room == TimeSpan.Zero || now - from <= room ? from : now - room;
    }

    public bool Equals(ProfileLayout? other) => other is not null && PeriodSeconds == other.PeriodSeconds && NewestFirst == other.NewestFirst && Entries == other.Entries && Columns.AsSpan().SequenceEqual(other.Columns);

    public override int GetHashCode() => HashCode.Combine(Columns.Length, PeriodSeconds, NewestFirst);
}
