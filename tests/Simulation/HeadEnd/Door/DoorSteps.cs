using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;
using Simulation.HeadEnd.Script;
using Simulation.Truth;

namespace Simulation.HeadEnd.Door;

/// <summary>Steps at the door of DLMS, each on a connection of its own.</summary>
/// <param name="open">Connects to it.</param>
/// <param name="keys">Lines of a keys file with the box's keys and the meters'.</param>
/// <param name="box">Name of the box in it.</param>
internal sealed class DoorSteps(Func<CancellationToken, Task<DoorLine>> open, IReadOnlyList<string> keys, string box, GivenRows rows, TimeProvider clock)
{
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255), Name = new(0, 0, 42, 0, 0, 255), Saps = new(0, 0, 41, 0, 0, 255), Meters = new(0, 0, 96, 128, 0, 255);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Carries out a step; gives how it ended.</summary>
    internal async Task<StepOutcome> RunAsync(HeadEndStep step, CancellationToken stop)
    {
        try
        {
            var own = step.IsUnproven || step.Verb == "identity" ? null
                : ClientKeys.Find(keys, box, DoorVisit.Management) ?? throw new DoorException($"the keys file has no line \"{box} dlms client={DoorVisit.Management} ..\"", isRefusal: false);
            await using var visit = await DoorVisit.BeginAsync(await open(stop).ConfigureAwait(false), own, stop).ConfigureAwait(false);
            var text = step.Verb switch
            {
                "identity" => await IdentityAsync(visit, stop).ConfigureAwait(false),
                "meters" => await MetersAsync(visit, step, stop).ConfigureAwait(false),
                _ => await MeterAsync(visit, step, stop).ConfigureAwait(false),
            };
            if (visit.Box is { } proven)
            {
                await proven.ReleaseAsync(stop).ConfigureAwait(false);
            }

            return new StepOutcome(StepOutcome.Done, text);
        }
        catch (DoorException e)
        {
            return new StepOutcome(e.IsRefusal ? StepOutcome.Refused : StepOutcome.Broken, e.Message);
        }
    }

    private static async Task<string> IdentityAsync(DoorVisit visit, CancellationToken stop)
    {
        var everybody = await visit.PublicAsync(DoorRoute.ToBox, stop).ConfigureAwait(false);
        var name = DataText.Of(await everybody.GetAsync(1, Name, 2, null, stop).ConfigureAwait(false));
        var time = DataText.Of(await everybody.GetAsync(8, Clock, 2, null, stop).ConfigureAwait(false));
        var devices = DataText.Of(await everybody.GetAsync(17, Saps, 2, null, stop).ConfigureAwait(false));
        await everybody.ReleaseAsync(stop).ConfigureAwait(false);
        return $"{name}, its clock says {time}, logical devices {devices}";
    }

    /// <summary>The meters the box tells of; where the step names some, once they can be spoken with.</summary>
    private async Task<string> MetersAsync(DoorVisit visit, HeadEndStep step, CancellationToken stop)
    {
        var client = visit.Box ?? await visit.PublicAsync(DoorRoute.ToBox, stop).ConfigureAwait(false);
        while (true)
        {
            var list = MeterList(await client.GetAsync(7, Meters, 2, null, stop).ConfigureAwait(false));
            var reached = list.Where(meter => meter.IsReached).Select(meter => meter.Name).ToList();
            if (step.Meters.All(reached.Contains))
            {
                return $"{list.Count} meters, {reached.Count} of them can be spoken with: {string.Join(", ", reached.Take(6))}{(reached.Count > 6 ? ", .." : "")}";
            }

            await Task.Delay(Look, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task<string> MeterAsync(DoorVisit visit, HeadEndStep step, CancellationToken stop)
    {
        var (meter, how) = (step.Meters[0], step.IsByNumber ? "by its number" : "by the gateway's prefix");
        var route = await visit.RouteAsync(meter, step.IsByNumber, stop).ConfigureAwait(false);
        if (step.Verb == "set-in-clear")
        {
            var everybody = await visit.PublicAsync(route, stop).ConfigureAwait(false);
            await everybody.SetInClearAsync(3, Obis.Parse(step.Object!), new DataWriter().UInt32(0).ToArray(), stop).ConfigureAwait(false);
            return "it was written in clear";
        }

        var found = ClientKeys.Find(keys, meter, step.Client) ?? throw new DoorException($"the keys file has no line \"{meter} dlms client={step.Client} ..\"", isRefusal: false);
        var client = await visit.MeterAsync(route, found, stop).ConfigureAwait(false);
        var text = step.Verb switch
        {
            "clock" => $"its clock says {DataText.Of(await client.GetAsync(8, Clock, 2, null, stop).ConfigureAwait(false))}",
            "register" => await RegisterAsync(client, meter, Obis.Parse(step.Object!), step.Line, stop).ConfigureAwait(false),
            _ => await ProfileAsync(client, meter, Obis.Parse(step.Object!), step.Rows, stop).ConfigureAwait(false),
        };
        await client.ReleaseAsync(stop).ConfigureAwait(false);
        return $"{text} (client {step.Client}, {how}, ciphered end to end)";
    }

    private async Task<string> RegisterAsync(DoorClient client, string meter, Obis name, int line, CancellationToken stop)
    {
        var (scaler, unit) = await ScaleOfAsync(client, name, stop).ConfigureAwait(false);
        var value = DataText.Of(await client.GetAsync(3, name, 2, null, stop).ConfigureAwait(false));
        var now = clock.GetUtcNow().UtcDateTime;
        rows.Add(meter, string.Create(CultureInfo.InvariantCulture, $"reg/o:head-end-{line}-{now.Ticks}/0"), $"3/{name}/2.0", value, scaler, UnitText.Of(unit), now);
        return $"{name} = {ProfileSheet.Scaled(value, scaler)} {UnitText.Of(unit)}";
    }

    private async Task<string> ProfileAsync(DoorClient client, string meter, Obis name, int most, CancellationToken stop)
    {
        var captured = CaptureObject.ReadList(await client.GetAsync(7, name, 3, null, stop).ConfigureAwait(false)) ?? throw new DoorException($"the capture objects of {name} cannot be read", isRefusal: false);
        var used = new AXdrReader(await client.GetAsync(7, name, 7, null, stop).ConfigureAwait(false)).TryInteger(out var number) ? (uint)number : 0;
        var columns = new List<SheetColumn>();
        for (var i = 0; i < captured.Length; i++)
        {
            if (ProfileSheet.IsValue(captured[i]))
            {
                var (scaler, unit) = await ScaleOfAsync(client, captured[i].Name, stop).ConfigureAwait(false);
                columns.Add(new SheetColumn(i, captured[i], scaler, unit));
            }
        }

        var from = used > most ? used - (uint)most + 1 : 1;
        var newest = new Selection(2, new DataWriter().Structure(4).UInt32(from).UInt32(0).UInt16(1).UInt16(0).ToArray()); // entries from there to the last, all columns
        var sheet = ProfileSheet.Read(await client.GetAsync(7, name, 2, newest, stop).ConfigureAwait(false), captured);
        var (blocks, now, before) = (client.Blocks, clock.GetUtcNow().UtcDateTime, new Dictionary<DateTime, int>());
        foreach (var row in sheet)
        {
            var occurrence = before[row.At] = before.TryGetValue(row.At, out var last) ? last + 1 : 0;
            columns.ForEach(column => rows.Add(
                meter, string.Create(CultureInfo.InvariantCulture, $"{name}/{ProfileSheet.InstantOf(row.At)}/{occurrence}"), column.Id, row.Cells[column.Index], column.Scaler, UnitText.Of(column.Unit), now));
        }

        var told = sheet.Count == 0 ? "" : $", {sheet[0].At:dd HH:mm} to {sheet[^1].At:dd HH:mm} UTC, the last: {string.Join(", ", columns.Select(column => $"{column.Captured.Name} = {ProfileSheet.Scaled(sheet[^1].Cells[column.Index], column.Scaler)} {UnitText.Of(column.Unit)}"))}";
        return $"{name}: {sheet.Count} of {used} rows in {blocks} {(blocks == 1 ? "answer" : "blocks")}{told}";
    }

    private static async Task<(sbyte Scaler, byte Unit)> ScaleOfAsync(DoorClient client, Obis name, CancellationToken stop)
    {
        var data = await client.GetAsync(3, name, 3, null, stop).ConfigureAwait(false);
        return data is [0x02, 0x02, 0x0F, var scaler, 0x16, var unit] ? ((sbyte)scaler, unit) : throw new DoorException($"{name} has no scaler and unit", isRefusal: false);
    }

    private static List<(string Name, bool IsReached)> MeterList(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        var list = new List<(string, bool)>();
        for (var left = reader.TryItem(out var head) ? head.Count : 0; left > 0 && reader.TryItem(out var row); left--)
        {
            var cells = new string[row.Count];
            for (var i = 0; i < cells.Length; i++)
            {
                cells[i] = DataText.Next(ref reader) ?? "";
            }

            list.Add((cells[0], cells[^1] == "yes"));
        }

        return list;
    }
}
