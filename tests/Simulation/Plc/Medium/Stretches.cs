namespace Simulation.Plc.Medium;

/// <summary>Lays absences into a number of days.</summary>
internal sealed class Stretches(Random random, DateTime from, int days)
{
    private const double Day = 86_400, LeastBetween = 60;

    /// <summary>Where they begin.</summary>
    internal DateTime From => from;

    /// <summary>So many absences, which begin by the weights of the hours and leave so large a share.</summary>
    internal void Spread(List<Absence> to, double presence, int count, IReadOnlyList<double> hours, AbsenceKind kind)
    {
        var all = days * Day;
        var lengths = Parts(count, (1 - presence) * all);
        var starts = new double[count];
        for (var i = 0; i < count; i++)
        {
            starts[i] = (random.Next(days) * Day) + Second(hours);
        }

        Array.Sort(starts);
        var gap = Math.Min(LeastBetween, presence * all / (count + 1));
        for (var i = 1; i < count; i++)
        {
            starts[i] = Math.Max(starts[i], starts[i - 1] + lengths[i - 1] + gap);
        }

        var last = all;
        for (var i = count - 1; i >= 0; i--)
        {
            starts[i] = Math.Min(starts[i], last - lengths[i]);
            last = starts[i] - gap;
            Put(to, starts[i], lengths[i], kind);
        }
    }

    /// <summary>There only so many times a day, in each part of the day once; the first before noon.</summary>
    internal void Visits(List<Absence> to, double presence, int visits, AbsenceKind kind)
    {
        for (var day = 0; day < days; day++)
        {
            var gone = day * Day;
            var lengths = Parts(visits, presence * Day);
            for (var i = 0; i < visits; i++)
            {
                var (least, most) = ((day + ((double)i / visits)) * Day, ((day + ((i + 1.0) / visits)) * Day) - lengths[i]);
                var comes = Math.Max(gone + LeastBetween, least + (random.NextDouble() * Math.Max(0, most - least)));
                Put(to, gone, comes - gone, kind);
                gone = comes + lengths[i];
            }

            if (gone < (day + 1) * Day)
            {
                Put(to, gone, ((day + 1) * Day) - gone, kind);
            }
        }
    }

    /// <summary>Hardly ever there: an hour and a little when it is its turn, in the evening or over the first midnight; else some minutes now and then.</summary>
    internal void Rarely(List<Absence> to, bool isItsTurn, AbsenceKind kind)
    {
        var comes = Day * days;
        var stays = 0.0;
        if (isItsTurn)
        {
            stays = 3600 * (1.02 + (0.2 * random.NextDouble()));
            comes = random.Next(4) == 0 ? Day - (stays * random.NextDouble()) : (random.Next(days) * Day) + (3600 * (17 + (4 * random.NextDouble())));
        }
        else if (random.Next(8) == 0)
        {
            stays = 60 * (1 + (5 * random.NextDouble()));
            comes = random.NextDouble() * ((days * Day) - stays);
        }

        Put(to, 0, comes, kind);
        Put(to, comes + stays, (days * Day) - comes - stays, kind);
    }

    /// <summary>Gone once or twice in an evening, one to three hours each.</summary>
    internal void Evenings(List<Absence> to, AbsenceKind kind)
    {
        for (var day = 0; day < days; day++)
        {
            var start = (day * Day) + (3600 * (16.5 + (2 * random.NextDouble())));
            for (var i = random.Next(1, 3); i > 0; i--)
            {
                var length = 3600 * (1 + (1.5 * random.NextDouble()));
                Put(to, start, length, kind);
                start += length + 300 + (1800 * random.NextDouble());
            }
        }
    }

    /// <summary>So many at any time, each of a length between two, seconds; they may overlap.</summary>
    internal void Short(List<Absence> to, int count, double least, double most, AbsenceKind kind)
    {
        for (var i = 0; i < count; i++)
        {
            var length = least + ((most - least) * random.NextDouble());
            Put(to, random.NextDouble() * ((days * Day) - length), length, kind);
        }
    }

    private void Put(List<Absence> to, double second, double length, AbsenceKind kind)
    {
        var start = from.AddSeconds(Math.Max(0, second));
        to.Add(new Absence(start, start.AddSeconds(length), kind));
    }

    /// <summary>A whole in random parts, none of them tiny.</summary>
    private double[] Parts(int count, double whole)
    {
        var parts = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += parts[i] = 0.2 - Math.Log(1 - random.NextDouble());
        }

        for (var i = 0; i < count; i++)
        {
            parts[i] *= whole / sum;
        }

        return parts;
    }

    private double Second(IReadOnlyList<double> hours)
    {
        var at = random.NextDouble() * hours.Sum();
        for (var hour = 0; hour < hours.Count; hour++)
        {
            if (at < hours[hour])
            {
                return (hour + (at / hours[hour])) * 3600;
            }

            at -= hours[hour];
        }

        return Day - 1;
    }
}
