using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>How a profile is built, by its own attributes.</summary>
/// <param name="Columns">Attribute 3.</param>
/// <param name="PeriodSeconds">Attribute 4; 0 where rows come as things happen.</param>
/// <param name="NewestFirst">Attribute 5 is 2.</param>
internal sealed record ProfileLayout(CaptureObject[] Columns, int PeriodSeconds, bool NewestFirst)
{
    public bool Equals(ProfileLayout? other) => other is not null && PeriodSeconds == other.PeriodSeconds && NewestFirst == other.NewestFirst && Columns.AsSpan().SequenceEqual(other.Columns);

    public override int GetHashCode() => HashCode.Combine(Columns.Length, PeriodSeconds, NewestFirst);
}
