using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>
/// Puts batches on the disk: writes to both logs, syncs both, then says so. After a failed sync the segment is closed for ever and the batch is written again
/// into a new one; a second sync of the same file never counts. Has one caller.
/// </summary>
internal sealed class LedgerWriter(SegmentLog books, SegmentLog bulk, Func<bool> makeRoom, Func<IReadOnlyList<NewRecord>> liveState)
{
    private readonly BatchBuffer _books = new();
    private readonly BatchBuffer _bulk = new();

    /// <summary>The next sequence to hand out; one sequence runs through both logs and never restarts.</summary>
    internal ulong NextSequence { get; private set; } = Math.Max(books.HighestSequence, bulk.HighestSequence) + 1;

    /// <summary>Octets given to the disk since start, seals included.</summary>
    internal long OctetsWritten { get; private set; }

    /// <summary>Leaves numbers out. Before the first commit.</summary>
    internal void Skip(ulong sequences) => NextSequence += sequences;

    /// <summary>Writes and syncs; gives the last sequence.</summary>
    /// <param name="tooEarly">Null in the product. Called between write and sync: for tests that acknowledge there on purpose and must be seen to fail.</param>
    /// <exception cref="IOException">Not durable, also not in a new segment.</exception>
    internal ulong Commit(IReadOnlyList<CommitRequest> requests, Action? tooEarly = null)
    {
        MakeSure(books, BatchBuffer.SealOctets + requests.Sum(r => r.Records.Where(x => x.Log == LogKind.Books).Sum(x => RecordHeader.Size + x.Payload.Length)));
        MakeSure(bulk, BatchBuffer.SealOctets + requests.Sum(r => r.Records.Where(x => x.Log == LogKind.Bulk).Sum(x => RecordHeader.Size + x.Payload.Length)));
        _books.Clear();
        _bulk.Clear();
        var sequence = NextSequence;
        foreach (var record in requests.SelectMany(request => request.Records))
        {
            (record.Log == LogKind.Books ? _books : _bulk).Add(sequence++, record);
        }

        NextSequence = sequence; // also where the disk refuses: a number is never used twice for different records
        Put(books, _books, tooEarly);
        Put(bulk, _bulk, tooEarly);
        return NextSequence - 1;
    }

    private void Put(SegmentLog log, BatchBuffer buffer, Action? tooEarly)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        try
        {
            PutOnce(log, buffer, tooEarly);
        }
        catch (IOException)
        {
            log.Abandon();
            MakeSure(log, buffer.SealedLength);
            NextSequence = buffer.Renumber(NextSequence);
            PutOnce(log, buffer, tooEarly);
        }
    }

    private void PutOnce(SegmentLog log, BatchBuffer buffer, Action? tooEarly)
    {
        var tail = log.Tail!;
        tail.Write(buffer.LayOut(tail.Header.Nonce, log.ChainHash.Span, tail.End, out var batch));
        OctetsWritten += buffer.SealedLength;
        FaultPoint.Reach("after-write");
#if ACKNOWLEDGE_BEFORE_SYNC
        log.Index(batch, buffer.SealedLength);
        tooEarly?.Invoke();
        tail.Sync();
#else
        tooEarly?.Invoke();
        tail.Sync();
        FaultPoint.Reach("after-sync");
        log.Index(batch, buffer.SealedLength);
#endif
    }

    /// <summary>Makes sure that the log's tail takes a batch of so many octets.</summary>
    private void MakeSure(SegmentLog log, int sealedLength)
    {
        if (sealedLength <= BatchBuffer.SealOctets || (log.Tail is { } tail && tail.Fits(sealedLength)))
        {
            return;
        }

        if (!log.Roll(NextSequence) && !(makeRoom() && log.Roll(NextSequence)))
        {
            throw new IOException("no room for the next segment: the disk is full and nothing may be dropped");
        }

        if (log.Kind == LogKind.Books)
        {
            WriteLiveState();
        }

        log.Tail!.MakeRoom(sealedLength);
    }

    /// <summary>Registry, keys, counters and open orders again in front of a new books segment, so that a start reads one segment.</summary>
    private void WriteLiveState()
    {
        var records = liveState();
        if (records.Count == 0)
        {
            return;
        }

        var buffer = new BatchBuffer();
        foreach (var record in records)
        {
            buffer.Add(NextSequence++, record);
        }

        try
        {
            PutOnce(books, buffer, null);
        }
        catch (IOException)
        {
            books.Abandon(); // without its live state the segment would be read as if nothing had been before
            throw;
        }
    }
}
