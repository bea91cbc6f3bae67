using Concentrator.Ports;

namespace Concentrator.Field;

/// <summary>What is counted on a frame's way; written by the intake, read by anyone.</summary>
internal sealed class FlowCount
{
    private long _heard, _copies, _foreign, _decoded, _undecodable, _kept, _stored, _rejected;

    internal void Heard() => Interlocked.Increment(ref _heard);

    internal void Copy() => Interlocked.Increment(ref _copies);

    internal void Foreign() => Interlocked.Increment(ref _foreign);

    internal void Decoded() => Interlocked.Increment(ref _decoded);

    internal void Undecodable() => Interlocked.Increment(ref _undecodable);

    internal void Kept() => Interlocked.Increment(ref _kept);

    internal void Stored() => Interlocked.Increment(ref _stored);

    internal void Rejected() => Interlocked.Increment(ref _rejected);

    internal FlowCounters Snapshot(long delivered) => new(
        Interlocked.Read(ref _heard), Interlocked.Read(ref _copies), Interlocked.Read(ref _foreign), Interlocked.Read(ref _decoded),
        Interlocked.Read(ref _undecodable), Interlocked.Read(ref _kept), Interlocked.Read(ref _stored), delivered, Interlocked.Read(ref _rejected));
}
