using Concentrator.Store.Files;

namespace Substation.Box;

/// <summary>The power is gone: what the code under test may not catch as an I/O error.</summary>
public sealed class PowerCutException() : Exception("power cut");

/// <summary>
/// A disk in memory that knows what was synced. After a power cut each 512-octet sector of each write that was not synced is there or not, by the seed;
/// names that were not synced are there up to a point. A call can be told to fail, and a failed sync forgets what it should have written, as the kernel does.
/// </summary>
internal sealed class CrashFiles(Random random) : ILedgerFiles
{
    private const int Sector = 512;
    private readonly Dictionary<string, Inode> _names = [];
    private readonly List<Action<Dictionary<string, Inode>>> _unsyncedNames = [];
    private Dictionary<string, Inode> _durableNames = [];

    /// <summary>Calls until now.</summary>
    internal int Calls { get; private set; }

    /// <summary>The power goes before this call.</summary>
    internal int CutAt { get; set; } = int.MaxValue;

    /// <summary>This call fails with an I/O error, once.</summary>
    internal int FailAt { get; set; } = int.MaxValue;

    /// <summary>Every call fails while this is set.</summary>
    internal bool Broken { get; set; }

    public long FreeOctets { get; set; } = long.MaxValue;

    /// <summary>Every file, as the system has it and as it is on the medium.</summary>
    internal IEnumerable<(string Name, byte[] Octets)> Contents => _names.SelectMany(file => ((string, byte[])[])[(file.Key, file.Value.Cached), (file.Key + " on the medium", file.Value.Durable)]);

    /// <summary>What is on the disk when the power comes back.</summary>
    internal CrashFiles AfterPowerCut(Random fate)
    {
        var names = new Dictionary<string, Inode>(_durableNames);
        foreach (var change in _unsyncedNames.Take(fate.Next(_unsyncedNames.Count + 1)))
        {
            change(names);
        }

        var survived = new CrashFiles(fate);
        var copies = names.Values.Distinct().ToDictionary(inode => inode, inode => inode.AfterPowerCut(fate));
        foreach (var (name, inode) in names)
        {
            survived._names[name] = copies[inode];
        }

        survived._durableNames = new Dictionary<string, Inode>(survived._names);
        return survived;
    }

    public IReadOnlyList<string> List() => [.. _names.Keys];

    public ILedgerFile Open(string name, bool create)
    {
        Call();
        if (!_names.TryGetValue(name, out var inode))
        {
            if (!create)
            {
                throw new FileNotFoundException(name);
            }

            inode = new Inode();
            Change(names => names[name] = inode);
        }

        return new Handle(this, inode);
    }

    public void Rename(string from, string to)
    {
        Call();
        Change(names =>
        {
            if (names.Remove(from, out var inode))
            {
                names[to] = inode;
            }
        });
    }

    public void Delete(string name)
    {
        Call();
        Change(names => names.Remove(name));
    }

    public void SyncDirectory()
    {
        Call();
        _unsyncedNames.Clear();
        _durableNames = new Dictionary<string, Inode>(_names);
    }

    private void Change(Action<Dictionary<string, Inode>> change)
    {
        change(_names);
        _unsyncedNames.Add(change);
    }

    private void Call()
    {
        if (Calls >= CutAt)
        {
            throw new PowerCutException();
        }

        if (Calls++ == FailAt || Broken)
        {
            throw new IOException("Input/output error (injected)");
        }
    }

    private sealed class Inode
    {
        private readonly List<(long Offset, byte[] Octets)> _unsynced = [];
        private byte[] _durable = [];

        internal byte[] Durable => _durable;

        internal byte[] Cached { get; private set; } = [];

        internal void Write(ReadOnlySpan<byte> source, long offset)
        {
            Cached = Grown(Cached, offset + source.Length);
            source.CopyTo(Cached.AsSpan((int)offset));
            _unsynced.Add((offset, source.ToArray()));
        }

        internal void Sync()
        {
            foreach (var (offset, octets) in _unsynced)
            {
                _durable = Grown(_durable, offset + octets.Length);
                octets.CopyTo(_durable, offset);
            }

            _unsynced.Clear();
        }

        /// <summary>Each sector of each un-synced write reaches the disk or not; none of it will be tried again.</summary>
        internal void Scatter(Random fate)
        {
            foreach (var (offset, octets) in _unsynced)
            {
                for (var at = 0; at < octets.Length;)
                {
                    var length = (int)Math.Min(Sector - ((offset + at) % Sector), octets.Length - at);
                    if (fate.Next(2) == 0)
                    {
                        _durable = Grown(_durable, offset + at + length);
                        octets.AsSpan(at, length).CopyTo(_durable.AsSpan((int)offset + at));
                    }

                    at += length;
                }
            }

            _unsynced.Clear();
        }

        internal Inode AfterPowerCut(Random fate)
        {
            var copy = new Inode { _durable = (byte[])_durable.Clone() };
            copy._unsynced.AddRange(_unsynced);
            if (fate.Next(4) > 0)
            {
                copy.Scatter(fate);
            }

            copy._unsynced.Clear();
            copy.Cached = (byte[])copy._durable.Clone();
            return copy;
        }

        private static byte[] Grown(byte[] octets, long length)
        {
            if (octets.Length < length)
            {
                Array.Resize(ref octets, (int)length);
            }

            return octets;
        }
    }

    private sealed class Handle(CrashFiles disk, Inode inode) : ILedgerFile
    {
        public long Length => inode.Cached.Length;

        public int Read(Span<byte> destination, long offset)
        {
            var length = (int)Math.Max(0, Math.Min(destination.Length, inode.Cached.Length - offset));
            inode.Cached.AsSpan((int)Math.Min(offset, inode.Cached.Length), length).CopyTo(destination);
            return length;
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            try
            {
                disk.Call();
            }
            catch (IOException)
            {
                inode.Write(source[..(source.Length / 2)], offset); // a short write is what ENOSPC and EIO often are
                throw;
            }

            inode.Write(source, offset);
        }

        public void Sync()
        {
            try
            {
                disk.Call();
            }
            catch (IOException)
            {
                inode.Scatter(disk.Fate);
                throw;
            }

            inode.Sync();
        }

        public void Dispose()
        {
        }
    }

    private Random Fate { get; } = random;
}
