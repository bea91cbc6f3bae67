using Concentrator.Ports;
using Concentrator.Store.Files;
using Concentrator.Store.Ledgers;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>
/// The truth: two append-only logs (books, bulk), one writer, one group commit. A task of <see cref="AppendAsync"/> completes after the sync of its batch;
/// nothing is acknowledged to a meter, an operator or a head-end before.
/// </summary>
internal sealed class Ledger : ILedger, ILedgerReader, ILedgerAnchors, IDisposable
{
    private readonly LedgerOptions _options;
    private readonly ILedgerFiles _files;
    private readonly SegmentPool _pool;
    private readonly SegmentLog _books;
    private readonly SegmentLog _bulk;
    private readonly Retention _retention;
    private readonly LedgerWriter _writer;
    private readonly CommitLoop _loop;
    private readonly ITimeSource _time;
    private readonly List<Func<IEnumerable<NewRecord>>> _liveState = [];

    /// <summary>Opens or makes the ledger in a directory; everything that was synced before is there when this returns.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    internal Ledger(LedgerOptions options, ILedgerFiles files, ITimeSource time, TimeProvider clock, ILogger log)
    {
        _options = options;
        _files = files;
        _time = time;
        _pool = new SegmentPool(files, options.SegmentOctets);
        _books = new SegmentLog(LogKind.Books, files, _pool);
        _bulk = new SegmentLog(LogKind.Bulk, files, _pool);
        _retention = new Retention(options, files, _pool, _bulk, time);
        _writer = new LedgerWriter(_books, _bulk, _retention.DropOldest, () => [.. _liveState.SelectMany(part => part())]);
        _loop = new CommitLoop(options, _writer, _retention, new DurableMark(Math.Max(_books.LastSequence, _bulk.LastSequence)), clock, log);
        foreach (var damage in Damages)
        {
            log.Damaged(damage);
        }
    }

    public ulong DurableSequence => _loop.Durable.Sequence;

    public ulong BootId => _time.Now.BootId;

    /// <summary>Sentences about octets that were acknowledged and cannot be read any more.</summary>
    internal IReadOnlyList<string> Damages => [.. _books.Damages, .. _bulk.Damages];

    /// <summary>First sequence of the oldest bulk segment; 0 where there is none.</summary>
    public ulong OldestBulkSequence => _bulk.OldestSequence;

    /// <summary>Octets given to the disk since start.</summary>
    internal long OctetsWritten => _loop.OctetsWritten;

    /// <summary>Records in the books since the live state was last written: what a start reads.</summary>
    internal IEnumerable<StoredRecord> ReadBooks() => RecordReader.ReadAll(_books, _books.NewestSegmentStart, ulong.MaxValue);

    /// <summary>All records of one log, oldest first.</summary>
    internal IEnumerable<StoredRecord> ReadAll(LogKind log, ulong first, ulong last) => RecordReader.ReadAll(log == LogKind.Books ? _books : _bulk, first, last);

    /// <summary>The segment files of a log as they are synced now, for a copy beside.</summary>
    internal IEnumerable<(string Name, byte[] Octets)> Copy(LogKind log) => (log == LogKind.Books ? _books : _bulk).Copy();

    /// <summary>Adds a part of the live state that is written in front of every new books segment. Before <see cref="RunAsync"/>.</summary>
    internal void AddLiveState(Func<IEnumerable<NewRecord>> part) => _liveState.Add(part);

    /// <summary>Adds small state that is written with each group commit. Before <see cref="RunAsync"/>.</summary>
    internal void AddFollower(Action afterCommit) => _loop.Followers.Add(afterCommit);

    /// <summary>Goes on so many sequences later: another box may have used those after the last that is known here. Before <see cref="RunAsync"/>.</summary>
    internal void Skip(ulong sequences) => _writer.Skip(sequences);

    /// <summary>Asks for a group commit within the readings' window although there are no records.</summary>
    internal void Nudge() => _loop.Nudge();

    /// <summary>Commits until stopped; what was appended before the stop is committed before it returns.</summary>
    internal Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public async ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop)
    {
        foreach (var record in records)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Payload.Length, RecordHeader.MaxPayload, nameof(records));
        }

        var request = new CommitRequest(records, _options.WindowOf(urgency), urgency == Urgency.Reading);
        await _loop.Requests.WriteAsync(request, stop).ConfigureAwait(false);
        return await request.Done.WaitAsync(stop).ConfigureAwait(false);
    }

    public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
    {
        IReadOnlyList<SegmentLog> logs = recordClass is RecordClass.Reading or RecordClass.Kept ? [_bulk] : [_books, _bulk];
        return RecordReader.Read(logs, first, Math.Min(last, DurableSequence), recordClass, maxRecords, maxOctets, out next);
    }

    public Task WaitBeyondAsync(ulong sequence, CancellationToken stop) => _loop.Durable.WaitBeyondAsync(sequence, stop);

    /// <summary>Hash of the seal that covers a sequence. False where the log does not hold it.</summary>
    public bool TryGetChainHash(ulong sequence, Span<byte> hash32)
    {
        var found = _bulk.Covering(sequence) is { } bulk && bulk.First <= sequence ? bulk : _books.Covering(sequence);
        if (found is not { } batch || batch.First > sequence)
        {
            return false;
        }

        batch.Hash.Span.CopyTo(hash32);
        return true;
    }

    /// <summary>How it is.</summary>
    internal StorageView View(int? rebuildingPercent)
    {
        var segments = _books.SegmentCount + _bulk.SegmentCount + _pool.Count;
        var damages = Damages;
        var sentence = _loop.Fault ?? (damages.Count > 0 ? $"integrity fault: {damages[0]}; run `concentrator ledger verify` and keep a copy of the ledger directory" : null);
        return new StorageView(
            sentence is null, sentence, DurableSequence, _books.SegmentCount, _bulk.SegmentCount, (long)segments * _options.SegmentOctets,
            _files.FreeOctets, _retention.Gaps, rebuildingPercent);
    }

    public void Dispose()
    {
        _books.Dispose();
        _bulk.Dispose();
    }
}
