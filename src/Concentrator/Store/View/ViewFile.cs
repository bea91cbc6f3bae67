using LiteDB;
using LiteDB.Engine;

namespace Concentrator.Store.View;

/// <summary>
/// The LiteDB file of the view. One thread only: concurrent use corrupts it (measured). Plain BsonDocuments through the engine, no mapper, no cursor that
/// outlives a call, every read bounded. Whatever goes wrong inside LiteDB is a <see cref="ViewFileException"/>.
/// </summary>
internal sealed class ViewFile : IDisposable
{
    private const string Blocks = "blocks", Days = "days", Meta = "meta";
    private const int AnchorId = 1;

    /// <summary>An engine whose transaction could not even be rolled back: collected, the finalizer of that transaction may throw and end the process.</summary>
    private static readonly List<LiteEngine> BeyondRepair = [];

    private readonly ViewStream _stream;
    private readonly ViewStream _log;
    private readonly LiteEngine _engine;

    private ViewFile(ViewStream stream, ViewStream log)
    {
        (_stream, _log) = (stream, log);
        _engine = new LiteEngine(new EngineSettings { DataStream = stream, LogStream = log, Collation = Collation.Binary });
    }

    /// <summary>Opens the file and its log, or makes them.</summary>
    internal static ViewFile Open(string path, string logPath)
    {
        var streams = new List<ViewStream>();
        try
        {
            streams.Add(new ViewStream(path));
            streams.Add(new ViewStream(logPath));
            return Guard(() => new ViewFile(streams[0], streams[1]));
        }
        catch (Exception)
        {
            streams.ForEach(stream => stream.Dispose());
            throw;
        }
    }

    /// <summary>How far the file has come; null where it says nothing.</summary>
    internal ViewAnchor? ReadAnchor() => Guard(() => Find(Meta, AnchorId) is { } found ? ViewAnchor.TryRead(found["a"].AsBinary) : null);

    /// <summary>The days that have blocks, each with the highest sequence in it.</summary>
    internal SortedDictionary<int, ulong> ReadDays() => Guard(() =>
    {
        var days = new SortedDictionary<int, ulong>();
        foreach (var day in Take(Days, new Query(), most: int.MaxValue))
        {
            days[day["_id"].AsInt32] = unchecked((ulong)day["last"].AsInt64);
        }

        return days;
    });

    /// <summary>One block, or null.</summary>
    internal DayBlock? ReadBlock(byte[] key) => Guard(() => Find(Blocks, key) is { } found ? DayBlockCodec.Read(found["d"].AsBinary) : null);

    /// <summary>The blocks from one key to another in their order, at most so many and so many octets (but one at least).</summary>
    /// <param name="from">First key.</param>
    /// <param name="to">Last key.</param>
    /// <param name="wanted">Which of their rows.</param>
    /// <param name="mostBlocks">At most so many.</param>
    /// <param name="mostOctets">Stops when so many octets were read.</param>
    /// <param name="next">Where to read on; null where there are no more.</param>
    internal List<DayBlock> ReadBlocks(byte[] from, byte[] to, Func<ulong, DateTime?, bool> wanted, int mostBlocks, int mostOctets, out byte[]? next)
    {
        byte[]? last = null;
        var blocks = Guard(() =>
        {
            var found = new List<DayBlock>();
            foreach (var document in Take(Blocks, Between(from, to), mostBlocks, mostOctets))
            {
                found.Add(DayBlockCodec.Read(document["d"].AsBinary, wanted));
                last = document["_id"].AsBinary;
            }

            return found;
        });
        next = last is null ? null : BlockKey.After(last);
        return blocks;
    }

    /// <summary>Does what writes blocks, then writes the days they touch and the anchor: one transaction. Then moves the log into the file.</summary>
    /// <param name="writeBlocks">Calls <see cref="ReadBlock"/> and <see cref="Put"/>; reads see what it has written.</param>
    /// <param name="days">Days whose highest sequence changed.</param>
    /// <param name="anchor">How far the view is then.</param>
    internal void Commit(Action writeBlocks, IReadOnlyDictionary<int, ulong> days, ViewAnchor anchor) => InTransaction(() =>
    {
        writeBlocks();
        foreach (var (day, last) in days)
        {
            Upsert(Days, new BsonDocument { ["_id"] = day, ["last"] = unchecked((long)last) });
        }

        Upsert(Meta, new BsonDocument { ["_id"] = AnchorId, ["a"] = anchor.ToOctets() });
    });

    /// <summary>Writes a block; only within <see cref="Commit"/>.</summary>
    internal void Put(byte[] key, DayBlock block) => Upsert(Blocks, new BsonDocument { ["_id"] = key, ["d"] = DayBlockCodec.Write(block) });

    /// <summary>Drops a day in one transaction: more at once make the log grow without bound.</summary>
    internal void DropDay(int day) => InTransaction(() =>
    {
        var keys = Between(BlockKey.First(day, null), BlockKey.Last(day, null));
        keys.Select = BsonExpression.Create("{_id: $._id}");
        List<BsonDocument> found;
        do
        {
            found = Take(Blocks, keys, most: 500);
            _engine.Delete(Blocks, found.Select(document => document["_id"]));
        }
        while (found.Count > 0);

        _engine.Delete(Days, [new BsonValue(day)]);
    });

    /// <summary>Closes the file; what LiteDB has to say then is of no use to anyone but the caller.</summary>
    internal void Close() => Guard(() =>
    {
        _engine.Checkpoint();
        _engine.Dispose();
        ThrowIfNotWritten();
        _stream.Dispose();
        _log.Dispose();
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _engine.Dispose();
        }
        catch (Exception)
        {
            // A broken file is being let go: whoever lets it go has said why already.
            BeyondRepair.Add(_engine);
        }

        _stream.Dispose();
        _log.Dispose();
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not ViewFileException)
        {
            // A damaged file makes LiteDB throw whatever its reading of the damage leads to, not only LiteException.
            throw new ViewFileException(e.Message, e);
        }
    }

    private void InTransaction(Action work) => Guard(() =>
    {
        _engine.BeginTrans();
        try
        {
            work();
            _engine.Commit();
        }
        catch (Exception)
        {
            RollBack();
            throw;
        }

        // The writer of LiteDB works behind the commit; the checkpoint waits for it.
        _engine.Checkpoint();
        ThrowIfNotWritten();
        return true;
    });

    private void RollBack()
    {
        try
        {
            _engine.Rollback();
        }
        catch (Exception)
        {
            BeyondRepair.Add(_engine);
        }
    }

    private void ThrowIfNotWritten()
    {
        if ((_stream.Failure ?? _log.Failure) is { } failure)
        {
            throw new ViewFileException(failure.Message, failure);
        }
    }

    private void Upsert(string collection, BsonDocument document)
    {
        ThrowIfNotWritten();
        _engine.Upsert(collection, [document], BsonAutoId.Int32);
    }

    private BsonDocument? Find(string collection, BsonValue id)
    {
        var query = new Query();
        query.Where.Add(BsonExpression.Create("$._id = @0", id));
        return Take(collection, query, most: 1).FirstOrDefault();
    }

    /// <summary>Parameters, never literals: LiteDB keeps every compiled expression text for ever.</summary>
    private static Query Between(byte[] from, byte[] to)
    {
        var query = new Query();
        query.Where.Add(BsonExpression.Create("$._id BETWEEN @0 AND @1", new BsonValue(from), new BsonValue(to)));
        return query;
    }

    private List<BsonDocument> Take(string collection, Query query, int most, int mostOctets = int.MaxValue)
    {
        var taken = new List<BsonDocument>();
        var octets = 0L;
        using var reader = _engine.Query(collection, query);
        while (taken.Count < most && octets < mostOctets && reader.Read())
        {
            var document = reader.Current.AsDocument;
            octets += document["d"] is { IsBinary: true } block ? block.AsBinary.Length : 0;
            taken.Add(document);
        }

        return taken;
    }
}
