using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// Lets devices in: who asks (47) is looked up, has its key set (3C, 46) and gets its address (42), one at a time up to there since the modem has room for one key; then the handshakes of
/// several go on in the modem until each is complete (48). That one failed is never told: a device that asks again, or whose time is over, has failed.
/// </summary>
/// <param name="attend">Is told of each device that is let in: from then on somebody waits for it.</param>
internal sealed class G3JoinDesk(
    G3Options options, G3Modem modem, G3Network network, G3AddressBook book, IMeterAdmission admission, IKeyRing keys, TimeProvider clock, Action<G3Node> attend)
{
    private const int MostWaiting = 256;
    private const double Remembered = 10; // joins

    private readonly Channel<Eui64?> _asked = Channel.CreateBounded<Eui64?>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly HashSet<Eui64> _waiting = [];
    private readonly Dictionary<Eui64, long> _underWay = [];
    private long _joined, _declined, _failed;
    private double _share = 1; // of joins that were completed, the last ones weighing most

    /// <summary>Most joins of late were completed. Where they were not, a crowd on the medium hinders all of them, and nobody is spared for a wrong key.</summary>
    private bool MostComplete => _share > 0.6;
    private volatile bool _isRekeying;

    /// <summary>The group key is being changed: devices ask as they do to join, and are told a dummy address; others wait.</summary>
    internal bool IsRekeying
    {
        get => _isRekeying;
        set => _isRekeying = value;
    }

    /// <summary>A device asks to join; on the reading loop. One that waits already is not noted twice, and strangers take half of the places at most: who is expected always has one.</summary>
    internal void Ask(Eui64 eui)
    {
        lock (_lock)
        {
            if ((_waiting.Count >= MostWaiting / 2 && admission.Find(network.NameOf(eui), null) is null) || !_waiting.Add(eui))
            {
                return;
            }
        }

        if (!_asked.Writer.TryWrite(eui))
        {
            Take(eui); // it asks again
        }
    }

    /// <summary>A device is in.</summary>
    internal void Complete(Eui64 eui, ushort address)
    {
        lock (_lock)
        {
            _underWay.Remove(eui);
        }

        Interlocked.Increment(ref _joined);
        _share += (1 - _share) / Remembered;
        var node = network.Of(eui);
        network.Place(node, address);
        network.Enter(node, $"joined under {address:X4}");
        attend(node);
        Note(node);
    }

    /// <summary>What is kept of a device is other than before, and is written when its turn comes.</summary>
    internal void Note(G3Node node)
    {
        if (node.Address != 0)
        {
            book.Note(new G3Entry(node.Address, node.Eui, node.Membership, node.Meter));
            _asked.Writer.TryWrite(null);
        }
    }

    /// <summary>Works until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await NextAsync(stop).ConfigureAwait(false) is { } eui)
            {
                try
                {
                    await DecideAsync(eui, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or TimeoutException)
                {
                    // The modem does not take it now: the device asks again, and the line sees to the modem.
                }
            }

            await KeepAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Sets the key of a device in the modem; false where there is none.</summary>
    internal async ValueTask<bool> TrySetKeyAsync(G3Node node, CancellationToken stop)
    {
        var key = new byte[G3GroupKeys.Size];
        try
        {
            Span<byte> room = stackalloc byte[64];
            var length = keys.Find(new KeyName(node.Name, KeyPurpose.Psk), room);
            if (length != key.Length)
            {
                return false;
            }

            room[..length].CopyTo(key);
            CryptographicOperations.ZeroMemory(room);
            var set = await modem.SetAsync(AttributeSet.Lbp(LbpAttribute.PreSharedKey, 0, key), stop).ConfigureAwait(false);
            return set.Status == (byte)LbpStatus.Success ? true : throw new IOException($"the modem at {options.Port} does not take a pre-shared key: {set.StatusText}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["joins"] = Interlocked.Read(ref _joined).ToString(CultureInfo.InvariantCulture);
        facts["joinsDeclined"] = Interlocked.Read(ref _declined).ToString(CultureInfo.InvariantCulture);
        facts["joinsFailed"] = Interlocked.Read(ref _failed).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The next device that asks; null where meanwhile a join failed, or something is to be kept.</summary>
    private async ValueTask<Eui64?> NextAsync(CancellationToken stop)
    {
        if (_asked.Reader.TryRead(out var asked))
        {
            if (asked is { } eui)
            {
                Take(eui);
            }

            return asked;
        }

        if (Due() is not { } due)
        {
            await _asked.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
            return null;
        }

        using var late = new CancellationTokenSource(due, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await _asked.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // A join may have failed.
        }

        return null;
    }

    private void Take(Eui64 eui)
    {
        lock (_lock)
        {
            _waiting.Remove(eui);
        }
    }

    /// <summary>Notes the joins whose time is over; how long until the next may be.</summary>
    private TimeSpan? Due()
    {
        var late = new List<Eui64>();
        TimeSpan? next = null;
        lock (_lock)
        {
            foreach (var (eui, since) in _underWay)
            {
                var left = options.JoinWithin - clock.GetElapsedTime(since);
                if (left <= TimeSpan.Zero)
                {
                    late.Add(eui);
                }
                else
                {
                    next = next is { } other && other < left ? other : left;
                }
            }

            late.ForEach(eui => _underWay.Remove(eui));
        }

        late.ForEach(eui => Fail(eui, asksAgain: false));
        return next;
    }

    /// <param name="asksAgain">It asks again, so it is not in. One that does not may be in, where the modem's word of it was lost: a way to it is looked for.</param>
    private void Fail(Eui64 eui, bool asksAgain)
    {
        Interlocked.Increment(ref _failed);
        _share -= _share / Remembered;
        var node = network.Of(eui);
        if (node.IsInNetwork || node.IsUnlisted)
        {
            return; // anybody can ask to join under its name: what it said itself since counts more
        }

        node.JoinsFailed++;
        var isSpared = node.JoinsFailed >= options.JoinsTried && MostComplete;
        var times = node.JoinsFailed == 1 ? "" : $" {node.JoinsFailed} times";
        var again = isSpared ? $"PSK wrong? It is tried again in {options.SpareFor.TotalMinutes:0} min, or when the keys change" : "it may have been out of reach; it asks again";
        network.Change(node, isSpared ? NodeState.Refused : NodeState.Gone, $"was let in and did not complete its join{times}: {again}", MissReason.WrongKey);
        if (isSpared)
        {
            (node.Spared, node.JoinsFailed) = ((clock.GetTimestamp(), keys.Version), 0);
        }
        else if (!asksAgain)
        {
            network.GiveUp(node, node.Sentence);
        }

        Note(node);
    }

    private async ValueTask DecideAsync(Eui64 eui, CancellationToken stop)
    {
        var node = network.Of(eui);
        if (IsRekeying)
        {
            if (node.IsInNetwork)
            {
                await modem.SendAsync(new ShortAddressAssign(eui, G3Rekeying.DummyAddress), stop).ConfigureAwait(false);
            }

            return; // who is not in the network asks again when the new key is in use
        }

        bool hasFailed;
        lock (_lock)
        {
            hasFailed = _underWay.Remove(eui);
        }

        if (hasFailed)
        {
            Fail(eui, asksAgain: true);
        }

        var expected = admission.Find(node.Name, null);
        node.Meter = expected?.Meter ?? node.Meter; // also of whom is turned away: its meter is missed, and this is why
        if (expected is null && !admission.AcceptsUnknown)
        {
            await DeclineAsync(node, NodeState.Quarantined, G3Gate.NotExpected(node), MissReason.NotListed, stop).ConfigureAwait(false);
        }
        else if (node.Spared is { } spared && spared.Keys == keys.Version && clock.GetElapsedTime(spared.From) < options.SpareFor)
        {
            await DeclineAsync(node, NodeState.Refused, node.Sentence, MissReason.WrongKey, stop).ConfigureAwait(false);
        }
        else
        {
            MakeRoom();
            await LetInAsync(node, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The modem asks for no more devices than it has slots: with another one, the join that was begun first is over, and nobody told. A device that is ignored would keep its slot for minutes.
    /// </summary>
    private void MakeRoom()
    {
        Eui64? oldest = null;
        lock (_lock)
        {
            if (_underWay.Count >= options.JoinsAtOnce)
            {
                oldest = _underWay.MinBy(entry => entry.Value).Key;
                _underWay.Remove(oldest.Value);
            }
        }

        if (oldest is { } over && network.Of(over) is { IsInNetwork: false, Address: not 0 } node)
        {
            network.GiveUp(node, "was let in; whether it completed its join is not known, a route to it is looked for");
        }
    }

    private async ValueTask LetInAsync(G3Node node, CancellationToken stop)
    {
        if (!await TrySetKeyAsync(node, stop).ConfigureAwait(false))
        {
            await DeclineAsync(node, NodeState.Refused, $"no PSK of 16 octets is known for {node.Name}; put it into the keys file, or set it with concentrator meter key set", MissReason.KeyMissing, stop).ConfigureAwait(false);
            return;
        }

        if (book.AddressFor(node.Eui) is not { } address)
        {
            await DeclineAsync(node, NodeState.Refused, $"all {ShortAddressAssign.Greatest} short addresses are taken", MissReason.NotListed, stop).ConfigureAwait(false);
            return;
        }

        if (!node.IsInNetwork)
        {
            if (node.State == NodeState.Quarantined)
            {
                network.Change(node, NodeState.Gone, "is let in: its join is under way"); // nothing is told of a new one before something is known
            }

            network.Place(node, address);
            book.Note(new G3Entry(address, node.Eui, G3Membership.LetIn, node.Meter));
            attend(node);
        }

        await KeepAsync(stop).ConfigureAwait(false); // before the device is told: after a restart it keeps its address
        lock (_lock)
        {
            _underWay[node.Eui] = clock.GetTimestamp();
        }

        await modem.SendAsync(new ShortAddressAssign(node.Eui, address), stop).ConfigureAwait(false);
    }

    private ValueTask DeclineAsync(G3Node node, NodeState state, string sentence, MissReason why, CancellationToken stop)
    {
        Interlocked.Increment(ref _declined);
        network.Change(node, state, sentence, why);
        return modem.SendAsync(new ShortAddressAssign(node.Eui, ShortAddressAssign.Decline), stop);
    }

    private async ValueTask KeepAsync(CancellationToken stop)
    {
        try
        {
            await book.KeepAsync(stop).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself; a device whose address is lost joins again under another.
        }
    }
}
