using System.Globalization;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>What is known of a device's place in the network.</summary>
internal enum G3Membership : byte
{
    /// <summary>It never joined, left, or was put out.</summary>
    Out,

    /// <summary>It takes data, as far as is known.</summary>
    In,

    /// <summary>It was told its address; whether it completed its join is not known, since the modem tells that once.</summary>
    LetIn,
}

/// <summary>What is kept of a device: its address for ever, its meter, and whether it is in the network.</summary>
internal sealed record G3Entry(ushort Address, Eui64 Eui, G3Membership Membership, MeterId Meter);

/// <summary>
/// Which device has which short address; no modem keeps it (2.4). A device that joins again gets the address it had. It is kept in pieces of 64 addresses, each written when it changes.
/// Entries change in RAM at once, and are durable when <see cref="KeepAsync"/> has completed.
/// </summary>
internal sealed class G3AddressBook(IDriverMemory memory, string driver) : IDisposable
{
    private const int PerPage = 64, Pages = (ShortAddressAssign.Greatest / PerPage) + 1;
    private const byte Format = 1;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Dictionary<ushort, G3Entry> _entries = [];
    private readonly Dictionary<Eui64, ushort> _addresses = [];
    private readonly SortedSet<int> _changed = [];
    private int _next = 1;

    /// <summary>Everything in it.</summary>
    internal IReadOnlyList<G3Entry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Values];
            }
        }
    }

    /// <summary>Reads what was kept; gives the sentences for pages that cannot be read.</summary>
    internal List<string> Load()
    {
        var bad = new List<string>();
        for (var page = 0; page < Pages; page++)
        {
            var octets = memory.Load(driver, NameOf(page));
            if (octets.IsEmpty)
            {
                continue;
            }

            try
            {
                Read(octets);
            }
            catch (InvalidDataException e)
            {
                bad.Add($"the kept short addresses {page * PerPage} to {((page + 1) * PerPage) - 1} cannot be read ({e.Message}): their nodes join again under others");
            }
        }

        return bad;
    }

    /// <summary>What is kept of a device; null for nothing.</summary>
    internal G3Entry? Find(Eui64 eui)
    {
        lock (_lock)
        {
            return _addresses.TryGetValue(eui, out var address) ? _entries[address] : null;
        }
    }

    /// <summary>The address of a device: the one it had, else one that nobody had, else that of a device that left; null where all are taken.</summary>
    internal ushort? AddressFor(Eui64 eui)
    {
        lock (_lock)
        {
            if (_addresses.TryGetValue(eui, out var known))
            {
                return known;
            }

            for (var tried = 0; tried < ShortAddressAssign.Greatest; tried++)
            {
                var address = (ushort)_next;
                _next = _next == ShortAddressAssign.Greatest ? 1 : _next + 1;
                if (!_entries.TryGetValue(address, out var taken) || (_entries.Count >= ShortAddressAssign.Greatest && taken.Membership == G3Membership.Out))
                {
                    Put(new G3Entry(address, eui, G3Membership.Out, default));
                    return address;
                }
            }

            return null;
        }
    }

    /// <summary>Notes an entry; another device that had the address, and another address of the device, are forgotten.</summary>
    internal void Note(G3Entry entry)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(entry.Address, out var before) || before != entry)
            {
                Put(entry);
            }
        }
    }

    /// <summary>Writes what changed.</summary>
    internal async ValueTask KeepAsync(CancellationToken stop)
    {
        await _writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            while (TryTake(out var page, out var octets))
            {
                try
                {
                    await memory.SaveAsync(driver, NameOf(page), octets, stop).ConfigureAwait(false);
                }
                catch
                {
                    lock (_lock)
                    {
                        _changed.Add(page);
                    }

                    throw;
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    private static string NameOf(int page) => "short addresses " + page.ToString(CultureInfo.InvariantCulture);

    private void Put(G3Entry entry)
    {
        if (_entries.TryGetValue(entry.Address, out var before))
        {
            _addresses.Remove(before.Eui);
        }

        if (_addresses.Remove(entry.Eui, out var other) && other != entry.Address)
        {
            _entries.Remove(other);
            _changed.Add(other / PerPage);
        }

        _entries[entry.Address] = entry;
        _addresses[entry.Eui] = entry.Address;
        _changed.Add(entry.Address / PerPage);
    }

    private bool TryTake(out int page, out byte[] octets)
    {
        lock (_lock)
        {
            (page, octets) = (0, []);
            if (_changed.Count == 0)
            {
                return false;
            }

            page = _changed.Min;
            _changed.Remove(page);
            octets = Write(page);
            return true;
        }
    }

    private byte[] Write(int page)
    {
        var to = new OctetWriter();
        to.Byte(Format);
        for (var address = page * PerPage; address < (page + 1) * PerPage; address++)
        {
            if (_entries.TryGetValue((ushort)address, out var entry))
            {
                to.Number(entry.Address);
                to.Number(entry.Eui.Value);
                to.Byte((byte)entry.Membership);
                to.Text(entry.Meter.Text);
            }
        }

        return to.ToArray();
    }

    private void Read(ReadOnlyMemory<byte> octets)
    {
        var from = new OctetReader(octets);
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("written by another version");
        }

        while (!from.AtEnd)
        {
            var (address, eui, membership, meter) = ((ushort)from.Number(), new Eui64(from.Number()), (G3Membership)from.Byte(), from.OptionalText());
            if (membership > G3Membership.LetIn)
            {
                throw new InvalidDataException($"short address {address:X4} stands as {(byte)membership}, which this version does not know");
            }

            _entries[address] = new G3Entry(address, eui, membership, MeterId.TryParse(meter, out var id) ? id : default);
            _addresses[eui] = address;
            _next = Math.Max(_next, address == ShortAddressAssign.Greatest ? 1 : address + 1);
        }
    }
}
