namespace Concentrator.Upstream.Dlms;

/// <summary>What is counted at a door since the service began.</summary>
internal sealed class DoorCounters
{
    internal long Connections, RefusedConnections, Associations, RefusedAssociations, Pdus, BrokenStreams, IdleClosed, Exchanges, Answered, Unanswered, UnknownMeters, Busy, NotAllowed, TooLong, Pushed;
    private long _last;

    /// <summary>The last time a head-end was answered: UTC ticks; 0 for never.</summary>
    internal DateTime? LastAnswered => Interlocked.Read(ref _last) is > 0 and var ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;

    internal void AnsweredAt(DateTime? utc) => Interlocked.Exchange(ref _last, utc?.Ticks ?? 0);

    internal static void Count(ref long counter) => Interlocked.Increment(ref counter);
}
