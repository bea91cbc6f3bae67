using Concentrator.Ports;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>
/// The view as its owner thread sees it: the file, how far it has come, what waits. Every method is one synchronous unit of work, and only the owner calls them.
/// </summary>
internal sealed class ViewState(ViewSettings settings, ILedgerReader ledger, ILedgerAnchors anchors, TimeProvider time, ILogger logger)
{
    /// <summary>So many sequences are taken in one go, so that a query never waits long.</summary>
    private const ulong Stride = 1_024;

    private readonly Shelf _shelf = new(settings.Directory);
    private readonly Feed _feed = new(ledger);
    private readonly Pending _pending = new();
    private SortedDictionary<int, ulong> _days = [];
    private ViewFile? _file;
    private ulong _through;
    private ulong? _written; // null = not even the anchor
    private ulong _rebuildFrom;
    private ulong _rebuildTo;
    private long _writtenAt;
    private bool _troubled;
    private bool _ledgerTroubled;
    private volatile int _percent;

    /// <summary>Null when it can answer. Any thread may ask.</summary>
    internal int? RebuildingPercent => _percent is var percent and >= 0 ? percent : null;

    /// <summary>Everything up to it is in the view, written or waiting.</summary>
    internal ulong Through => _through;

    /// <summary>Failures since something was last written; 0 in peace.</summary>
    internal int Failures { get; private set; }

    /// <summary>How often the view was built from nothing since start.</summary>
    internal int Rebuilds { get; private set; }

    /// <summary>One step towards the ledger's end. False where it cannot go on now: the disk, or the ledger, is in trouble.</summary>
    internal bool Advance()
    {
        try
        {
            if (_file is null)
            {
                Open();
            }

            return Step();
        }
        catch (Exception e) when (IsTrouble(e))
        {
            Break(e);
            return Failures <= 1;
        }
    }

    /// <summary>Brings in everything that is durable and writes it, then does the reading.</summary>
    /// <exception cref="ArchiveBusyException">It is being rebuilt.</exception>
    internal T Read<T>(Func<ViewFile, T> work)
    {
        ThrowIfBusy();
        try
        {
            return work(_file!);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            Break(e);
            throw new ArchiveBusyException("the archive is being rebuilt: 0 %", e);
        }
    }

    /// <summary>Brings in everything that was durable at the call and writes it. Gives the days that have rows.</summary>
    /// <exception cref="ArchiveBusyException">It is being rebuilt.</exception>
    internal List<int> CatchUp() => Read(_ =>
    {
        for (var durable = ledger.DurableSequence; _through < durable && Step();)
        {
        }

        Write();
        return _days.Keys.ToList();
    });

    /// <summary>Writes what waits, closes the file and marks it clean.</summary>
    internal bool Close()
    {
        if (_file is not { } file)
        {
            return false;
        }

        try
        {
            Write();
            file.Close();
            _file = null;
            CleanMark.Write(_shelf.Mark, _shelf.File);
            return true;
        }
        catch (Exception e) when (IsTrouble(e))
        {
            Log.NotClean(logger, e.Message);
            _file?.Dispose();
            _file = null;
            return false;
        }
        finally
        {
            _percent = 0;
        }
    }

    private static bool IsTrouble(Exception e) => e is ViewFileException or IOException or UnauthorizedAccessException;

    private void ThrowIfBusy()
    {
        if (RebuildingPercent is { } percent)
        {
            throw new ArchiveBusyException($"the archive is being rebuilt: {percent} %");
        }
    }

    private void Open()
    {
        _shelf.Prepare();
        var clean = CleanMark.Holds(_shelf.Mark, _shelf.File, _shelf.Log);
        File.Delete(_shelf.Mark);
        if (File.Exists(_shelf.File) || File.Exists(_shelf.Log))
        {
            var reason = TryTrust(clean);
            if (reason is null)
            {
                _writtenAt = time.GetTimestamp();
                BeginRebuild(_through, ledger.DurableSequence - Math.Min(_through, ledger.DurableSequence) > (ulong)settings.BatchTelegrams);
                Log.Opened(logger, _days.Count, _through);
                return;
            }

            _file?.Dispose();
            _file = null;
            Log.SetAside(logger, reason, _shelf.SetAside());
        }

        Forget();
        _file = ViewFile.Open(_shelf.File, _shelf.Log);
        _writtenAt = time.GetTimestamp();
        Rebuilds++;
        BeginRebuild(anchors.OldestBulkSequence, rebuilding: true);
    }

    /// <summary>Why the file that lies there cannot be trusted; null where it can and is open.</summary>
    /// <param name="clean">What the mark of a clean stop says; null where there is none.</param>
    private string? TryTrust(bool? clean)
    {
        if (clean == false)
        {
            return "is not as it was left at the last stop";
        }

        try
        {
            _file = ViewFile.Open(_shelf.File, _shelf.Log);
            if (_file.ReadAnchor() is not { } anchor)
            {
                return "says not how far it has come";
            }

            Span<byte> hash = stackalloc byte[Seal.HashSize];
            if (anchor.Sequence != 0 && !(anchors.TryGetChainHash(anchor.Sequence, hash) && hash.SequenceEqual(anchor.Hash.Span)))
            {
                return $"does not fit the ledger at sequence {anchor.Sequence}";
            }

            if (clean is null && anchor.BootId != anchors.BootId)
            {
                return "was not closed cleanly before the box restarted";
            }

            _days = _file.ReadDays();
            _through = anchor.Sequence;
            _written = _through;
            return null;
        }
        catch (ViewFileException e)
        {
            return $"cannot be read ({e.Message})";
        }
    }

    private void BeginRebuild(ulong from, bool rebuilding)
    {
        _rebuildFrom = from;
        _rebuildTo = ledger.DurableSequence;
        _percent = rebuilding ? 0 : -1;
    }

    private bool Step()
    {
        var first = Math.Max(_through + 1, anchors.OldestBulkSequence);
        var durable = ledger.DurableSequence;
        if (first <= durable)
        {
            var last = Math.Min(durable, first + Stride - 1);
            if (!Take(first, last))
            {
                return false;
            }

            _through = last;
        }

        if (_pending.Count >= settings.BatchTelegrams || (_pending.Count > 0 && time.GetElapsedTime(_writtenAt) >= settings.WriteEvery))
        {
            Write();
        }

        DropDays();
        Progress();
        return true;
    }

    private bool Take(ulong first, ulong last)
    {
        try
        {
            _feed.Take(first, last, _pending);
            _ledgerTroubled = false;
            return true;
        }
        catch (Exception e)
        {
            // Not the view's trouble. What was taken of this stride is taken again: forget what waits and go back to what is written.
            if (!_ledgerTroubled)
            {
                Log.CannotReadLedger(logger, e.Message);
            }

            _ledgerTroubled = true;
            _pending.Clear();
            _through = _written ?? 0;
            return false;
        }
    }

    private void Write()
    {
        if (_file is not { } file || _through == _written)
        {
            return;
        }

        var days = new Dictionary<int, ulong>();
        foreach (var (key, entries) in _pending.ByBlock)
        {
            days[key.Day] = Math.Max(Math.Max(days.GetValueOrDefault(key.Day), _days.GetValueOrDefault(key.Day)), entries.Max(entry => entry.Sequence));
        }

        var hash = new byte[Seal.HashSize];
        var known = _through != 0 && anchors.TryGetChainHash(_through, hash);
        var merger = new Merger(file, [.. _days.Keys.Union(days.Keys)], settings.PartOctets);
        file.Commit(
            () =>
            {
                foreach (var (key, entries) in _pending.ByBlock)
                {
                    merger.Add(key, entries);
                    ReachRebuildPoint();
                }
            },
            days,
            new ViewAnchor(anchors.BootId, _through, known ? hash : default));
        foreach (var (day, last) in days)
        {
            _days[day] = last;
        }

        _pending.Clear();
        _written = _through;
        _writtenAt = time.GetTimestamp();
        Failures = 0;
        if (_troubled)
        {
            Log.WorksAgain(logger);
            _troubled = false;
        }
    }

    private void ReachRebuildPoint()
    {
        if (_percent >= 0)
        {
            FaultPoint.Reach("view-rebuild");
        }
    }

    /// <summary>A day goes when bulk holds none of its records any more.</summary>
    private void DropDays()
    {
        var oldest = anchors.OldestBulkSequence;
        foreach (var day in _days.Where(day => day.Value < oldest).Select(day => day.Key).ToList())
        {
            _file!.DropDay(day);
            _days.Remove(day);
        }
    }

    private void Progress()
    {
        if (_percent < 0)
        {
            return;
        }

        if (_through < _rebuildTo)
        {
            _percent = (int)Math.Min(99, (Math.Max(_through, _rebuildFrom) - _rebuildFrom) * 100 / (_rebuildTo - _rebuildFrom));
            return;
        }

        Write();
        Log.Rebuilt(logger, _through);
        _percent = -1;
    }

    private void Break(Exception e)
    {
        Failures++;
        _percent = 0;
        _file?.Dispose();
        _file = null;
        Forget();
        string? aside = null;
        try
        {
            aside = _shelf.SetAside();
        }
        catch (Exception again) when (IsTrouble(again))
        {
            // The disk is in trouble as a whole: said below.
        }

        if (!_troubled && Failures <= 1)
        {
            Log.SetAside(logger, e.Message, aside);
        }
        else if (!_troubled)
        {
            _troubled = true;
            Log.CannotWrite(logger, settings.Directory, e.Message);
        }
    }

    private void Forget()
    {
        _pending.Clear();
        _days = [];
        _through = 0;
        _written = null;
    }
}
