using System.Buffers.Binary;
using Concentrator.Ports;
using Concentrator.Store.Files;
using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>
/// Small state in two slots of one file, written in turn with each group commit: whatever a kill or a power cut leaves, one slot holds.
/// Slot: CRC-32C u32 over the rest | length u32 | generation u64 | octets. Losing the newest costs duplicates, never rows.
/// </summary>
internal sealed class SlotStore(ILedgerFiles files, Action nudge, ILogger log) : ISlotStore, IDisposable
{
    private const int SlotSize = 16 * 1024, HeaderSize = 16;
    private const string Suffix = ".slots";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Slots> _slots = [];

    public ReadOnlyMemory<byte> Load(string name)
    {
        lock (_lock)
        {
            return Open(name).Load();
        }
    }

    public void Save(string name, ReadOnlyMemory<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets.Length, SlotSize - HeaderSize, nameof(octets));
        lock (_lock)
        {
            Open(name).Pending = octets.ToArray();
        }

        nudge();
    }

    /// <summary>Writes what was saved since the last time. A disk that refuses costs duplicates only: it is said, and tried again with the next commit.</summary>
    internal void Flush()
    {
        lock (_lock)
        {
            foreach (var (name, slots) in _slots)
            {
                try
                {
                    slots.Flush();
                }
                catch (IOException e)
                {
                    log.SlotNotWritten(name, e.Message);
                }
            }
        }
    }

    /// <summary>Its files as they are, for a copy beside.</summary>
    internal IReadOnlyList<(string Name, byte[] Octets)> Copy()
    {
        lock (_lock)
        {
            return [.. files.List().Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => (name, OctetsOf(name)))];
        }
    }

    private byte[] OctetsOf(string name)
    {
        using var file = files.Open(name, create: false);
        var octets = new byte[file.Length];
        return octets[..file.Read(octets, 0)];
    }

    public void Dispose()
    {
        foreach (var slots in _slots.Values)
        {
            slots.Dispose();
        }
    }

    private Slots Open(string name)
    {
        if (!_slots.TryGetValue(name, out var slots))
        {
            _slots[name] = slots = new Slots(files.Open(Uri.EscapeDataString(name) + Suffix, create: true));
            files.SyncDirectory();
        }

        return slots;
    }

    private sealed class Slots(ILedgerFile file) : IDisposable
    {
        private ulong _generation;

        internal byte[]? Pending { get; set; }

        internal ReadOnlyMemory<byte> Load()
        {
            var newest = ReadOnlyMemory<byte>.Empty;
            for (var slot = 0; slot < 2; slot++)
            {
                var octets = new byte[SlotSize];
                var length = file.Read(octets, slot * SlotSize);
                if (TryParse(octets.AsMemory(0, length), out var generation, out var payload) && generation > _generation)
                {
                    (_generation, newest) = (generation, payload);
                }
            }

            return newest;
        }

        internal void Flush()
        {
            if (Pending is not { } payload)
            {
                return;
            }

            var octets = new byte[HeaderSize + payload.Length];
            BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(4), payload.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(octets.AsSpan(8), _generation + 1);
            payload.CopyTo(octets.AsSpan(HeaderSize));
            BinaryPrimitives.WriteUInt32LittleEndian(octets, Crc32C.Compute(octets.AsSpan(4)));
            file.Write(octets, (long)((_generation + 1) % 2) * SlotSize);
            file.Sync();
            _generation++;
            Pending = null;
        }

        public void Dispose() => file.Dispose();

        private static bool TryParse(ReadOnlyMemory<byte> octets, out ulong generation, out ReadOnlyMemory<byte> payload)
        {
            (generation, payload) = (0, default);
            if (octets.Length < HeaderSize)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(octets.Span[4..]);
            if (length < 0 || length > octets.Length - HeaderSize
                || BinaryPrimitives.ReadUInt32LittleEndian(octets.Span) != Crc32C.Compute(octets.Span[4..(HeaderSize + length)]))
            {
                return false;
            }

            (generation, payload) = (BinaryPrimitives.ReadUInt64LittleEndian(octets.Span[8..]), octets.Slice(HeaderSize, length));
            return true;
        }
    }
}
