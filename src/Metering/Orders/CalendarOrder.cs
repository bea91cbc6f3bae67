using Metering.Ledger;

namespace Metering.Orders;

/// <summary>A new activity calendar; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Calendar"/>. It is written beside the one that holds, and takes over as a whole.</summary>
/// <param name="Name">Its name, at most 32 letters of ISO 8859-1.</param>
/// <param name="SpecialDays">All special days there are to be; null leaves them.</param>
/// <param name="Activate">When it takes over; null for at once.</param>
/// <param name="Calendar">The object (class 20); none for the one that the meter's profile names.</param>
/// <param name="Table">The special days table (class 11); none for the one that the meter's profile names.</param>
public sealed record CalendarOrder(
    string Name, IReadOnlyList<CalendarSeason> Seasons, IReadOnlyList<CalendarWeek> Weeks, IReadOnlyList<CalendarDay> Days, IReadOnlyList<SpecialDay>? SpecialDays = null,
    DateTimeOffset? Activate = null, Obis Calendar = default, Obis Table = default)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Number(Calendar.Packed);
        to.Number(Table.Packed);
        to.Text(Name);
        All(to, Seasons, season =>
        {
            to.Text(season.Name);
            Write(to, season.Start);
            to.Text(season.Week);
        });
        All(to, Weeks, week =>
        {
            to.Text(week.Name);
            to.Octets([.. week.Days]);
        });
        All(to, Days, day =>
        {
            to.Byte(day.Id);
            All(to, day.Switches, one =>
            {
                to.Number((ulong)one.At.TotalSeconds);
                to.Number(one.Script.Packed);
                to.Number(one.Selector);
            });
        });
        to.Byte(SpecialDays is null ? (byte)0 : (byte)1);
        All(to, SpecialDays ?? [], day =>
        {
            to.Number(day.Index);
            Write(to, day.Date);
            to.Byte(day.Day);
        });
        to.Byte(Activate is null ? (byte)0 : (byte)1);
        Activate?.WriteTo(to);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static CalendarOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var (calendar, table, name) = (Obis.FromPacked(from.Number()), Obis.FromPacked(from.Number()), from.Text());
        var seasons = new CalendarSeason[from.Count()];
        for (var i = 0; i < seasons.Length; i++)
        {
            seasons[i] = new CalendarSeason(from.Text(), Date(ref from), from.Text());
        }

        var weeks = new CalendarWeek[from.Count()];
        for (var i = 0; i < weeks.Length; i++)
        {
            weeks[i] = new CalendarWeek(from.Text(), from.Octets().ToArray());
        }

        var days = new CalendarDay[from.Count()];
        for (var i = 0; i < days.Length; i++)
        {
            var (id, switches) = (from.Byte(), new CalendarSwitch[from.Count()]);
            for (var at = 0; at < switches.Length; at++)
            {
                switches[at] = new CalendarSwitch(TimeSpan.FromSeconds(checked((uint)from.Number())), Obis.FromPacked(from.Number()), checked((ushort)from.Number()));
            }

            days[i] = new CalendarDay(id, switches);
        }

        var hasSpecial = from.Byte() != 0;
        var special = new SpecialDay[from.Count()];
        for (var i = 0; i < special.Length; i++)
        {
            special[i] = new SpecialDay(checked((ushort)from.Number()), Date(ref from), from.Byte());
        }

        return new CalendarOrder(name, seasons, weeks, days, hasSpecial ? special : null, from.Byte() == 0 ? null : LocalTime.Read(ref from), calendar, table);
    }

    private static void All<T>(OctetWriter to, IReadOnlyList<T> many, Action<T> write)
    {
        to.Number((ulong)many.Count);
        foreach (var one in many)
        {
            write(one);
        }
    }

    private static void Write(OctetWriter to, CalendarDate date) => to.Raw([(byte)(date.Year >> 8), (byte)date.Year, date.Month, date.Day, date.DayOfWeek]);

    private static CalendarDate Date(ref OctetReader from)
    {
        var octets = from.Raw(5).Span;
        return new CalendarDate((ushort)((octets[0] << 8) | octets[1]), octets[2], octets[3], octets[4]);
    }
}
