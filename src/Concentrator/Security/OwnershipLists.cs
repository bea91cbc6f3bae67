using System.Security.Cryptography;
using Concentrator.Ports;
using Concentrator.Security.Issued;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Security;

/// <summary>
/// Which box reads which meter: signed lists of the head-end, each newer than the last, kept in the books. A list that does not hold changes nothing, and is counted and audited.
/// </summary>
/// <param name="box">Id of this box.</param>
internal sealed class OwnershipLists(string box, Issuers issuers, ILedger ledger, ITimeSource time, TimeProvider clock, ILogger log) : IOwnershipLists, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private OwnershipRecord? _inForce;
    private readonly AuditLimit _refusals = new(clock);
    private long _accepted, _refused;
    private string? _refusal;

    /// <summary>The owner of a meter changed.</summary>
    internal event Action<MeterId>? Changed;

    public OwnershipView View
    {
        get
        {
            var list = Volatile.Read(ref _inForce);
            return new OwnershipView(
                list?.Version, list?.IssuedAt, list?.KeyId, list?.Boxes.Count ?? 0, list?.Boxes.Values.Count(owner => owner != box) ?? 0,
                Interlocked.Read(ref _accepted), Interlocked.Read(ref _refused), Volatile.Read(ref _refusal));
        }
    }

    public bool IsOwnedElsewhere(MeterId meter, out string owner)
    {
        owner = Volatile.Read(ref _inForce)?.Boxes.GetValueOrDefault(meter) ?? box;
        return owner != box;
    }

    public async ValueTask TakeAsync(string upstream, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var before = _inForce;
            if (Judge(body, before, out var list) is { } fault)
            {
                await RefuseAsync(upstream, fault, before, stop).ConfigureAwait(false);
            }
            else if (list is not null)
            {
                var audit = new AuditRecord($"{upstream}, key {list.KeyId}", "owner", $"version {list.Version}", Line(before), Line(list));
                await ledger.AppendAsync([list.ToRecord(time.Now), audit.ToRecord(time.Now)], Urgency.Order, stop).ConfigureAwait(false);
                Volatile.Write(ref _inForce, list);
                Interlocked.Increment(ref _accepted);
                log.OwnershipTaken(upstream, list.Version, list.Boxes.Count);
                Tell(before, list);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record) => _inForce = OwnershipRecord.Parse(record.Payload);

    /// <summary>The list in force, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => _inForce is { } list ? [list.ToRecord(time.Now)] : [];

    public void Dispose() => _turn.Dispose();

    /// <summary>What is wrong, or null; with neither a fault nor a list it is the one in force, which a broker gives again at each connection.</summary>
    private string? Judge(ReadOnlyMemory<byte> body, OwnershipRecord? before, out OwnershipRecord? list)
    {
        list = null;
        if (OwnerMessage.Parse(body, out var fault) is not { } message)
        {
            return fault;
        }

        using var key = issuers.Find(message.KeyId, "owner", out fault);
        if (key is null)
        {
            return fault;
        }

        if (DetachedSignature.Check(message.Signature, message.KeyId, message.Signed, key) is { } forged)
        {
            return forged;
        }

        var hash = SHA256.HashData(message.Signed);
        if (before is not null && message.Version <= before.Version)
        {
            return message.Version == before.Version && before.Hash.Span.SequenceEqual(hash) ? null
                : $"version {message.Version} is not newer than {before.Version}, which is in force";
        }

        var candidate = new OwnershipRecord(message.Version, message.IssuedAt, message.KeyId, hash, message.Boxes);
        if (candidate.ToRecord(default).Payload.Length > RecordHeader.MaxPayload)
        {
            return $"the list names {message.Boxes.Count} meters: more than a record of the books holds";
        }

        list = candidate;
        return null;
    }

    private async ValueTask RefuseAsync(string upstream, string fault, OwnershipRecord? before, CancellationToken stop)
    {
        Interlocked.Increment(ref _refused);
        Volatile.Write(ref _refusal, fault);
        log.OwnershipRefused(upstream, fault);
        if (_refusals.Takes())
        {
            await ledger.AppendAsync([new AuditRecord(upstream, "owner refused", fault, Line(before), Line(before)).ToRecord(time.Now)], Urgency.OnDemand, stop).ConfigureAwait(false);
        }
    }

    private void Tell(OwnershipRecord? before, OwnershipRecord after)
    {
        foreach (var meter in after.Boxes.Keys.Union(before?.Boxes.Keys ?? []))
        {
            if (before?.Boxes.GetValueOrDefault(meter, box) is var was && (was ?? box) != after.Boxes.GetValueOrDefault(meter, box))
            {
                Changed?.Invoke(meter);
            }
        }
    }

    private static string Line(OwnershipRecord? list) => list is null ? "none" : $"version {list.Version} of {list.IssuedAt}, {list.Boxes.Count} meters";
}
