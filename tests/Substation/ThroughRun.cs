using System.Diagnostics;
using Metering;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Simulation.Plc.Ideal;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>What became of a night in which a head-end spoke with single meters through the box.</summary>
/// <param name="Asked">Meters that were there when the head-end turned to them.</param>
/// <param name="Right">Of them, how many gave their register as they had it: associated, asked and let go end to end.</param>
/// <param name="Median">Seconds from the first APDU to the last answer; half of them, and nineteen in twenty, took no longer.</param>
/// <param name="Collected">Meters whose day was complete when the first was spoken with, and when the last was through.</param>
/// <param name="Complete">Share of complete meter-days at noon, percent, and of those an all-seeing scheduler would have.</param>
/// <param name="Again">Rows that arrived though they had before.</param>
/// <param name="Repeated">Counters that a meter took for used before.</param>
internal sealed record ThroughReport(
    string Network, string Shape, int Meters, int Seed, int Asked, int Right, double Median, double Percentile95, IReadOnlyList<int> Collected, double Complete, double Ceiling, long Again, int Repeated,
    IReadOnlyDictionary<string, int> Failed, double ProcessorSeconds);

/// <summary>A head-end that is a client of the meters in its own right, with keys that the box does not use, reads one after another through the box while the night is collected.</summary>
/// <param name="visits">How many.</param>
internal sealed class ThroughRun(StreetPlan plan, int visits)
{
    private const string LoadProfile = "1-0:99.1.0*255";
    private const ushort Client = 2;
    private static readonly DateTime Midnight = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(45);
    private static readonly Obis Register = Obis.Parse("1-0:1.8.0*255");

    internal async Task<ThroughReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(new DateTimeOffset(Midnight.AddHours(-4), TimeSpan.Zero));
        using var street = new PlcStreet(plan, clock);
        var lives = new BoxLives(street, clock, [new("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))], chases: true, [], []);
        await using (lives.ConfigureAwait(false))
        {
            lives.Begin();
            await lives.UntilAsync(Midnight.AddMinutes(5)).ConfigureAwait(false);
            var ceiling = new AllSeeing(street.Line, Necessary.Of(plan.Network, "load-profile"), TimeSpan.FromSeconds(35)).Fetch(Midnight.AddMinutes(5), Midnight.AddHours(12));
            await lives.UntilAsync(Midnight.AddMinutes(6)).ConfigureAwait(false);
            var (visited, begun, random) = (new HashSet<PlcNode>(), new List<Task<(string Fault, double Seconds)>>(), new Random(plan.Seed));
            var before = Collected(street, lives);
            var at = Midnight.AddMinutes(6);
            for (; begun.Count < visits; at += Apart)
            {
                await lives.UntilAsync(at).ConfigureAwait(false);
                PlcNode[] some = [.. street.Meters.Keys.Where(node => node.IsPresent && !visited.Contains(node)).OrderBy(node => node.Number)];
                if (some.Length == 0)
                {
                    break;
                }

                var node = some[random.Next(some.Length)];
                visited.Add(node);
                begun.Add(Task.Run(() => VisitAsync(lives.Box.Desk, street.Meters[node], clock)));
            }

            await lives.UntilAsync(at + TimeSpan.FromMinutes(10)).ConfigureAwait(false);
            var after = Collected(street, lives);
            await lives.UntilAsync(Midnight.AddHours(12)).ConfigureAwait(false);
            var ends = begun.Select(visit => visit.IsCompletedSuccessfully ? visit.Result : ("no end", 0.0)).ToList();
            double[] seconds = [.. ends.Where(end => end.Item1.Length == 0).Select(end => end.Item2).Order()];
            return new ThroughReport(
                plan.Network, plan.Line.Name, street.Meters.Count, plan.Seed, begun.Count, seconds.Length, Part(seconds, 0.5), Part(seconds, 0.95), [before, after],
                Math.Round(100.0 * Collected(street, lives) / street.Meters.Count, 2), Math.Round(100 * ceiling.ShareBy(Midnight.AddHours(12)), 2), lives.Subscriber.Again,
                street.Meters.Values.Sum(meter => meter.Keys.Repeated + meter.ReadingKeys.Repeated), ends.Where(end => end.Item1.Length > 0).GroupBy(end => end.Item1).ToDictionary(group => group.Key, group => group.Count()),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
        }
    }

    /// <summary>Associates, reads a register and lets the meter go; what went wrong, empty for nothing, and the seconds it took.</summary>
    private static async Task<(string Fault, double Seconds)> VisitAsync(Concentrator.Ports.IOrderDesk desk, DlmsMeter meter, VirtualClock clock)
    {
        var began = clock.GetTimestamp();
        byte[] answered = [];
        meter.ValueAnswered += value => answered = value.Name == Register ? value.Value.WriteTo(new DataWriter(), meter.Clock).ToArray() : answered;
        var settings = new AssociationSettings { Client = Client, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true };
        using var security = new ClientSecurity(settings, (byte[])[.. "HES"u8, 0, 0, 0, 0, 1], meter.ReadingKeys.Guek, meter.ReadingKeys.Gak, new MemoryCounters(), new KeyName(meter.Name, KeyPurpose.Guek, Client));
        security.Grant(1, 1000);
        var session = new ClientSession(settings, security, default);
        var get = new GetProcedure(new AttributeDescriptor(3, Register, 2), null);
        var fault = await SayAsync(desk, meter, session, session.Associate(), ends: false).ConfigureAwait(false)
            ?? await SayAsync(desk, meter, session, session.Start(get), ends: false).ConfigureAwait(false)
            ?? await SayAsync(desk, meter, session, session.Release(), ends: true).ConfigureAwait(false);
        return (fault ?? (answered.Length > 0 && get.Result.Data.Span.SequenceEqual(answered) ? "" : "another value than the meter's"), clock.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>Runs a session's question to its end, each APDU untouched through the box; gives why it failed, or null.</summary>
    private static async Task<string?> SayAsync(Concentrator.Ports.IOrderDesk desk, DlmsMeter meter, ClientSession session, ReadOnlyMemory<byte> question, bool ends)
    {
        while (true)
        {
            var passed = new PassThroughOrder("head-end", Client, 1, ends, question).ToPayload();
            SessionStep? last = null;
            await foreach (var step in desk.ExecuteAsync(new MeterOrder("through", OrderKind.Exchange, MeterId.Parse(meter.Name), passed), CancellationToken.None).ConfigureAwait(false))
            {
                if (step.State == OrderState.Failed)
                {
                    return step.Sentence;
                }

                last = step.Answer.IsEmpty ? last : session.Take(step.Answer);
            }

            if (last is not { } end || end.Move is SessionMove.Done or SessionMove.Failed)
            {
                return last is { Move: SessionMove.Done } ? null : last?.Sentence ?? "no answer";
            }

            question = end.Octets;
        }
    }

    private static int Collected(PlcStreet street, BoxLives lives) =>
        street.Meters.Values.Count(meter => lives.Subscriber.IsComplete(MeterId.Parse(meter.Name), LoadProfile, Midnight.AddDays(-1), Midnight, TimeSpan.FromMinutes(15)));

    private static double Part(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
}
