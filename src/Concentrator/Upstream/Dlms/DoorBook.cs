using Concentrator.Ports;
using Metering;
using Metering.Orders.Records;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// What happened at a door: the newest for whoever reads the box's event log, all of it to the audit. What happens again and again to the same (a flood) is told once a minute, with how
/// often it was; what too many do is told of all of them together.
/// </summary>
internal sealed class DoorBook(string door, IDoorAudit audit, ITimeSource time, TimeProvider clock)
{
    private const int MostKept = 256, MostAMinute = 32;
    private static readonly TimeSpan FoldFor = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Queue<(DateTime? At, DoorEvent Event)> _kept = new();
    private readonly Dictionary<(DoorEventKind What, string Who), (long Told, int Since)> _folded = [];

    /// <summary>Entries of the log at most.</summary>
    internal static int Most => MostKept;

    /// <summary>The newest, oldest first.</summary>
    internal IReadOnlyList<(DateTime? At, DoorEvent Event)> Newest
    {
        get
        {
            lock (_lock)
            {
                return [.. _kept];
            }
        }
    }

    /// <summary>Tells it.</summary>
    internal void Tell(DoorEventKind what, string who, string sentence, string subject = "", string before = "")
    {
        var happened = new DoorEvent(door, who, what, subject, before, sentence);
        lock (_lock)
        {
            if (Folds(what))
            {
                var now = clock.GetTimestamp();
                if (!_folded.ContainsKey((what, who)) && _folded.Count(one => one.Key.What == what && clock.GetElapsedTime(one.Value.Told, now) < FoldFor) >= MostAMinute)
                {
                    happened = happened with { Who = who = "many addresses" };
                }

                if (_folded.TryGetValue((what, who), out var last) && clock.GetElapsedTime(last.Told, now) < FoldFor)
                {
                    _folded[(what, who)] = last with { Since = last.Since + 1 };
                    return;
                }

                happened = happened with { Times = last.Since + 1 };
                foreach (var old in _folded.Where(one => clock.GetElapsedTime(one.Value.Told, now) >= FoldFor).Select(one => one.Key).ToList())
                {
                    _folded.Remove(old);
                }

                _folded[(what, who)] = (now, 0);
            }

            _kept.Enqueue((time.Now.Utc, happened));
            if (_kept.Count > MostKept)
            {
                _kept.Dequeue();
            }
        }

        audit.Tell(happened);
    }

    /// <summary>What went through to a meter and back.</summary>
    internal void Passed(string who, MeterId meter, IReadOnlyList<PassedApdu> apdus) => audit.Passed(new PassedApdus($"{door}: {who}", meter, apdus));

    private static bool Folds(DoorEventKind what) => what is DoorEventKind.ConnectionRefused or DoorEventKind.AssociationRefused or DoorEventKind.PassThroughRefused;
}
