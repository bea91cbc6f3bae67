using System.Globalization;
using System.Text.RegularExpressions;
using Metering;
using Metering.Orders;

namespace Concentrator.Settings;

/// <summary>Collection tasks: what to read of which meters, when, and what becomes of it.</summary>
internal sealed partial class SettingsBinder
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>Two that read the same are two all the same: the second and each further one has its number.</summary>
    private List<CollectionTask> CollectionTasks()
    {
        var tasks = new List<CollectionTask>();
        foreach (var table in Tables(Table(tree, "collection"), "tasks"))
        {
            var task = Task(table);
            if (task.IsByTime && tasks.Exists(other => other.Read == task.Read && other.Use != task.Use && other.Meters.Overlaps(task.Meters)))
            {
                faults.Add(new SettingsFault(PlaceOf(table, "send"), $"two tasks read {task.Read} of the same meters, one to be sent and one not: what was read is not read twice. Let them agree, or give them other meters"));
            }

            var before = tasks.Count(other => other.Read == task.Read);
            tasks.Add(before == 0 ? task : task with { Name = string.Create(CultureInfo.InvariantCulture, $"{task.Read}#{before + 1}") });
        }

        return tasks;
    }

    private CollectionTask Task(TomlNode.Table table)
    {
        var months = Months().Match(Text(table, "every", "1d"));
        var task = new CollectionTask(
            Needed(table, "read"), months.Success ? OneDay : Duration(table, "every", "1d"), TimeOfDay(table, "start") ?? TimeSpan.FromMinutes(5), TimeOfDay(table, "due"))
        {
            Months = months.Success ? int.Parse(months.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0,
            Class = Text(table, "priority", "profile") == "billing" ? WorkClass.Billing : WorkClass.Profile, Meters = Selection(table),
        };
        return task with { Use = Use(table, task) };
    }

    private MeterSelection Selection(TomlNode.Table table) => table.Items.ContainsKey("meters") ? new MeterSelection(MeterNames(table, "meters")) : MeterSelection.All;

    private ReadingUse Use(TomlNode.Table table, CollectionTask task)
    {
        var (sends, stores) = (Truth(table, "send", true), Truth(table, "store", true));
        if (sends && !stores)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "store"), "store = false wants send = false: what is to be sent is stored until it was delivered"));
        }

        if (!stores && task.IsByTime)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "store"), $"store = false: of {task.Read} only what is not stored yet is asked for; it is for registers and single objects"));
        }

        if (!sends && (task.Read.EndsWith("-log", StringComparison.Ordinal) || task.Read == ClockOrder.What))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "send"), $"send = false: what {task.Read} brings are events, and those are always sent"));
        }

        return !stores ? ReadingUse.Shown : sends ? ReadingUse.Sent : ReadingUse.Kept;
    }

    private TimeSpan? TimeOfDay(TomlNode.Table table, string name)
    {
        if (!table.Items.ContainsKey(name))
        {
            return null;
        }

        if (TimeOnly.TryParseExact(Text(table, name, ""), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time.ToTimeSpan();
        }

        faults.Add(new SettingsFault(PlaceOf(table, name), $"{name} = \"{Text(table, name, "")}\" wants a time of day, such as 00:05"));
        return null;
    }

    [GeneratedRegex("^([1-9]|1[0-2])mo$")]
    private static partial Regex Months();
}
