namespace Simulation.Plc.Medium;

/// <summary>The absences that a node has of its own in a cycle of two days, by the shape of the plan.</summary>
internal sealed class PresenceShapes(PowerLinePlan plan, int seed, Ranks ranks)
{
    private const int Days = 2, RareCycles = 30;
    private static readonly double[] AnyHour = [.. Enumerable.Repeat(1.0, 24)];

    /// <summary>Adds them.</summary>
    /// <param name="at">The node's place in the list.</param>
    internal void Add(List<Absence> to, PlcNode node, int at, long cycle, DateTime from)
    {
        var random = Draw.Of(seed, node.Number, cycle, Draw.Stretches);
        var stretches = new Stretches(random, from, Days);
        if (node.IsForeign)
        {
            stretches.Visits(to, 0.1, 2, AbsenceKind.Unheard);
            return;
        }

        var rank = ranks.OfPresence(at);
        if (rank < plan.NeverThere)
        {
            to.Add(new Absence(from, from.AddDays(Days), AbsenceKind.NeverThere));
            return;
        }

        rank = (rank - plan.NeverThere) / (1 - plan.NeverThere);
        switch (plan.Presence)
        {
            case PresenceShape.Measured:
                Measured(to, stretches, rank, ranks.OfChanges(at));
                break;
            case PresenceShape.Evening when rank < 1 / 3.0:
                stretches.Evenings(to, AbsenceKind.Unheard);
                break;
            case PresenceShape.Branches when rank < 0.1:
                stretches.Spread(to, 0.98 + (rank / 10), 2, AnyHour, AbsenceKind.Unheard);
                break;
            case PresenceShape.Flapping when rank < 0.1:
                stretches.Spread(to, 0.5 + (3 * rank), 20 + random.Next(40), AnyHour, AbsenceKind.Unheard);
                break;
            case PresenceShape.Rare when rank < 0.2:
                stretches.Rarely(to, cycle % RareCycles == (long)(RareCycles * Draw.Unit(seed, node.Number, 0, 0, Draw.Turn)), AbsenceKind.Unheard);
                break;
            case PresenceShape.Rare:
                Measured(to, stretches, rank, ranks.OfChanges(at));
                break;
            default:
                break;
        }

        if (node.IsSwitch && plan.SwitchFailuresPerDay > 0)
        {
            stretches.Short(to, Times(random, plan.SwitchFailuresPerDay), 5 * 60, 45 * 60, AbsenceKind.Unheard);
        }

        if (plan.HopsPerDay > 0)
        {
            stretches.Short(to, Times(random, plan.HopsPerDay), 20, 60, AbsenceKind.Hopping);
        }

        if (!node.IsSwitch && Draw.Unit(seed, node.Number, 0, 0, Draw.Stray) < plan.Strays)
        {
            stretches.Short(to, Days, 3 * 3600, 8 * 3600, AbsenceKind.AtNeighbour);
        }
    }

    private static void Measured(List<Absence> to, Stretches stretches, double rank, double rankOfChanges)
    {
        var presence = MeasuredDay.PresenceOf(rank);
        var changes = MeasuredDay.ChangesOf(rankOfChanges);
        switch (presence)
        {
            case >= 1:
                break;
            case <= 0:
                to.Add(new Absence(stretches.From, stretches.From.AddDays(Days), AbsenceKind.NeverThere));
                break;
            case < 0.5:
                stretches.Visits(to, presence, 3, AbsenceKind.Unheard);
                break;
            default:
                stretches.Spread(to, presence, Math.Max(1, (int)Math.Round(changes)), MeasuredDay.Hours, AbsenceKind.Unheard); // changes a day are absences in two
                break;
        }
    }

    private static int Times(Random random, double perDay) => (int)((perDay * Days) + random.NextDouble());
}
