using Concentrator.Store.Files;

namespace Concentrator.Store.Ledgers;

/// <summary>
/// Files written once before they are needed: appending to a fresh file costs 4 to 23 times the payload in device octets, overwriting a written one 1.1 to 1.5 times.
/// Also what keeps a full disk from stopping the ledger: the next segment is already there.
/// </summary>
internal sealed class SegmentPool(ILedgerFiles files, int segmentOctets)
{
    private readonly Queue<string> _spares = new(files.List().Where(name => name.StartsWith(SegmentNames.Spare, StringComparison.Ordinal)).Order());
    private int _made;

    /// <summary>Octets of every segment.</summary>
    internal int SegmentOctets { get; } = segmentOctets;

    internal int Count => _spares.Count;

    /// <summary>A file to write over; null where there is none and the disk gives none.</summary>
    internal string? Take()
    {
        while (_spares.Count > 0 || TryFill(1, out _))
        {
            var spare = _spares.Dequeue();
            if (IsWhole(spare))
            {
                return spare;
            }

            Discard(spare); // a kill came while it was being written
        }

        return null;
    }

    /// <summary>Makes files until there are <paramref name="wanted"/>; false, with the reason, where the disk refuses.</summary>
    internal bool TryFill(int wanted, out string? reason)
    {
        reason = null;
        while (_spares.Count < wanted)
        {
            var name = NextName();
            try
            {
                using var file = files.Open(name, create: true);
                WriteOnce(file);
                files.SyncDirectory();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                reason = e.Message;
                Discard(name);
                return false;
            }

            _spares.Enqueue(name);
        }

        return true;
    }

    /// <summary>Takes a spare back that could not be used.</summary>
    internal void GiveBack(string spare)
    {
        if (files.List().Contains(spare))
        {
            _spares.Enqueue(spare);
        }
    }

    /// <summary>Takes a dropped segment back.</summary>
    internal void Recycle(string segment)
    {
        var name = NextName();
        files.Rename(segment, name);
        files.SyncDirectory();
        _spares.Enqueue(name);
    }

    private bool IsWhole(string name)
    {
        using var file = files.Open(name, create: false);
        return file.Length == SegmentOctets;
    }

    private void WriteOnce(ILedgerFile file)
    {
        var zeros = new byte[64 * 1024];
        for (var at = 0; at < SegmentOctets; at += zeros.Length)
        {
            file.Write(zeros.AsSpan(0, Math.Min(zeros.Length, SegmentOctets - at)), at);
        }

        file.Sync();
    }

    private void Discard(string name)
    {
        try
        {
            files.Delete(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The half-written file stays; whoever takes it finds its length wrong and removes it then.
        }
    }

    private string NextName()
    {
        var taken = new HashSet<string>(files.List(), StringComparer.Ordinal);
        string name;
        do
        {
            name = SegmentNames.OfSpare(++_made);
        }
        while (taken.Contains(name));
        return name;
    }
}
