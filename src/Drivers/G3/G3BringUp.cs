using System.Globalization;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// Makes a modem the coordinator of our network, whatever it was before: initialise, who it is, frame counter, parameters, contexts, address 0, PAN id, network start, group keys. The nodes keep
/// their keys and addresses while that goes on, and notice nothing.
/// </summary>
internal sealed class G3BringUp(G3Options options, G3Modem modem, G3NetworkBook book, IDriverMemory memory, IKeyWrap wrap)
{
    /// <summary>PAN ids that are tried where networks of others have the first.</summary>
    private const int MostPanIds = 8;

    /// <summary>Two bits of a PAN id are 0 in every network: they would be the U/L and group bits of addresses made from it. Not checked on hardware.</summary>
    private const ushort PanIdBits = 0xFCFF;

    private readonly List<string> _remarks = [];
    private readonly Lock _lock = new();
    private readonly HashSet<ushort> _found = [];
    private G3GroupKeys? _keys;

    /// <summary>The modem that is coordinator.</summary>
    internal Eui64 Coordinator { get; private set; }

    /// <summary>The PAN id in use.</summary>
    internal ushort PanId { get; private set; } = options.PanId;

    /// <summary>The group keys in use.</summary>
    internal G3GroupKeys Keys => _keys ?? throw new InvalidOperationException("no network was started yet");

    /// <summary>What is to be said besides; empty for nothing.</summary>
    internal string Remarks => string.Join("; ", _remarks);

    /// <summary>A network was found; on the reading loop.</summary>
    internal void Find(ushort panId)
    {
        lock (_lock)
        {
            _found.Add(panId);
        }
    }

    /// <summary>Brings it up.</summary>
    /// <param name="hasNodes">Nodes are in the network: its PAN id stays, whoever else uses it.</param>
    /// <exception cref="IOException">The modem refuses something without which there is no network.</exception>
    /// <exception cref="TimeoutException">The modem is silent.</exception>
    internal async ValueTask RunAsync(bool hasNodes, CancellationToken stop)
    {
        _remarks.Clear();
        await modem.InitializeAsync(stop).ConfigureAwait(false);
        Coordinator = await CoordinatorAsync(stop).ConfigureAwait(false);
        var before = book.Coordinator;
        if (before is { } other && other != Coordinator)
        {
            _remarks.Add($"the modem was exchanged ({other} before)");
        }

        var counter = await RestoreCounterAsync(stop).ConfigureAwait(false);
        PanId = book.PanId is { } kept && (hasNodes || book.WantedPanId == options.PanId) ? kept : options.PanId;
        await ConfigureAsync(stop).ConfigureAwait(false);
        await StartAsync(hasNodes, stop).ConfigureAwait(false);
        _keys = new G3GroupKeys(memory, wrap, options.Name, PanId);
        await OpenKeysAsync(_keys, stop).ConfigureAwait(false);
        await KeepAsync(counter, stop).ConfigureAwait(false);
    }

    /// <summary>Reads the frame counter of the coordinator and keeps it.</summary>
    internal async ValueTask KeepCounterAsync(CancellationToken stop)
    {
        if (await CounterAsync(stop).ConfigureAwait(false) is { } counter)
        {
            await KeepAsync(counter, stop).ConfigureAwait(false);
        }
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["coordinator"] = Coordinator.ToString();
        facts["panId"] = PanId.ToString("X4", CultureInfo.InvariantCulture);
        facts["frameCounter"] = book.FrameCounter.ToString(CultureInfo.InvariantCulture);
        facts["activeKey"] = (_keys?.Active ?? 0).ToString(CultureInfo.InvariantCulture);
    }

    private async ValueTask KeepAsync(uint counter, CancellationToken stop)
    {
        try
        {
            await book.KeepAsync(options.PanId, PanId, Coordinator, counter, stop).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself; the counter that is kept is an older one, which the jump makes good.
        }
    }

    private async ValueTask<Eui64> CoordinatorAsync(CancellationToken stop)
    {
        var told = await modem.GetAsync(AttributeGet.Mac(MacAttribute.ExtendedAddress), stop).ConfigureAwait(false);
        return told.Value.Length >= Eui64.Size ? Eui64.Of(told.Value.Span) : throw new IOException($"the modem at {options.Port} does not say its EUI-64: {told.StatusText}");
    }

    private async ValueTask<uint?> CounterAsync(CancellationToken stop)
    {
        var told = await modem.GetAsync(AttributeGet.Mac(MacAttribute.FrameCounter), stop).ConfigureAwait(false);
        return told.Status == (byte)MacStatus.Success && told.Value.Length == sizeof(uint) ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(told.Value.Span) : null;
    }

    /// <summary>Sees to it that the frame counter does not go back; gives what it is.</summary>
    private async ValueTask<uint> RestoreCounterAsync(CancellationToken stop)
    {
        if (await CounterAsync(stop).ConfigureAwait(false) is not { } counter)
        {
            _remarks.Add("the modem does not tell its frame counter: after an exchange its nodes may refuse it");
            return book.FrameCounter;
        }

        if (counter > uint.MaxValue / 2)
        {
            _remarks.Add("half of the frame counter is used: change the group key");
        }

        if (book.CounterFor(Coordinator, counter, options.CounterJump) is not { } least)
        {
            return counter;
        }

        var set = await modem.SetAsync(AttributeSet.Mac(MacAttribute.FrameCounter, 0, BigEndian(least)), stop).ConfigureAwait(false);
        if (set.Status != (byte)MacStatus.Success)
        {
            _remarks.Add($"the modem's frame counter is {counter}, behind {least}, and cannot be set ({set.StatusText}): its nodes may refuse it");
            return counter;
        }

        _remarks.Add($"its frame counter goes on from {least}");
        return least;
    }

    private async ValueTask ConfigureAsync(CancellationToken stop)
    {
        await SetAsync(AttributeSet.Adp(AdpAttribute.MaxHops, 0, (byte[])[options.MaxHops]), stop).ConfigureAwait(false);
        if (options.RouteMinutes is { } minutes)
        {
            await SetAsync(AttributeSet.Adp(AdpAttribute.RoutingTtl, 0, (byte[])[(byte)(minutes >> 8), (byte)minutes]), stop).ConfigureAwait(false);
        }

        if (!options.ToneMask.IsEmpty)
        {
            await SetAsync(AttributeSet.Mac(MacAttribute.ToneMask, 0, options.ToneMask), stop).ConfigureAwait(false);
        }

        if (!options.Identity.IsEmpty)
        {
            await SetAsync(AttributeSet.Lbp(LbpAttribute.IdentityOfServer, 0, options.Identity), stop).ConfigureAwait(false);
        }

        var address = await modem.SetAsync(AttributeSet.Mac(MacAttribute.ShortAddress, 0, (byte[])[0, 0]), stop).ConfigureAwait(false);
        if (address.Status != (byte)MacStatus.Success)
        {
            throw new IOException($"the modem at {options.Port} does not take the short address 0000 of a coordinator: {address.StatusText}");
        }
    }

    /// <summary>A parameter without which there is a network, if a worse one.</summary>
    private async ValueTask SetAsync(AttributeSet question, CancellationToken stop)
    {
        var set = await modem.SetAsync(question, stop).ConfigureAwait(false);
        if (set.Status != 0)
        {
            _remarks.Add($"the modem does not take attribute {question.Attribute:X2} of {question.Name}: {set.StatusText}");
        }
    }

    private async ValueTask StartAsync(bool hasNodes, CancellationToken stop)
    {
        if (!hasNodes && options.DiscoverFor > TimeSpan.Zero)
        {
            await DiscoverAsync(stop).ConfigureAwait(false);
        }

        for (var tries = 1; ; tries++)
        {
            if (hasNodes || !IsFound(PanId))
            {
                await SetAsync(AttributeSet.Adp(AdpAttribute.ContextTable, 0, ContextEntry.OfLinkLocal(PanId).ToOctets()), stop).ConfigureAwait(false);
                var status = await modem.ConfirmAsync(new NetworkStartRequest(PanId), G3Command.NetworkStartConfirm, options.InitializeWithin, stop).ConfigureAwait(false);
                if (status == AdpStatus.Success)
                {
                    break;
                }

                if (hasNodes || tries == MostPanIds)
                {
                    throw new IOException($"the modem at {options.Port} does not start the network {PanId:X4}: {status.Text()}");
                }
            }

            Find(PanId);
            PanId = Next(PanId);
        }

        if (PanId != options.PanId)
        {
            _remarks.Add($"the network has PAN id {PanId:X4} and not {options.PanId:X4}{(IsFound(options.PanId) ? ", which another has" : "")}");
        }
    }

    /// <summary>Looks which networks there are; each comes by itself meanwhile.</summary>
    private async ValueTask DiscoverAsync(CancellationToken stop)
    {
        lock (_lock)
        {
            _found.Clear();
        }

        var question = new DiscoveryRequest((byte)Math.Clamp(options.DiscoverFor.TotalSeconds, 1, byte.MaxValue));
        await modem.ConfirmAsync(question, G3Command.DiscoveryConfirm, options.DiscoverFor + options.InitializeWithin, stop).ConfigureAwait(false);
    }

    private bool IsFound(ushort panId)
    {
        lock (_lock)
        {
            return _found.Contains(panId);
        }
    }

    private ushort Next(ushort panId)
    {
        do
        {
            panId = (ushort)((panId + 1) & PanIdBits);
        }
        while (panId == 0 || IsFound(panId));
        return panId;
    }

    /// <summary>Gives the modem the group keys, and says which is in use.</summary>
    private async ValueTask OpenKeysAsync(G3GroupKeys keys, CancellationToken stop)
    {
        await keys.OpenAsync(stop).ConfigureAwait(false);
        if (keys.Loss is { } loss)
        {
            _remarks.Add(loss);
        }

        foreach (var (place, key) in keys.All)
        {
            var set = await modem.SetAsync(AttributeSet.Lbp(LbpAttribute.GroupMasterKey, place, key), stop).ConfigureAwait(false);
            if (set.Status != (byte)LbpStatus.Success)
            {
                throw new IOException($"the modem at {options.Port} does not take the group key: {set.StatusText}");
            }
        }

        if (keys.Active != 0)
        {
            await SetAsync(AttributeSet.Adp(AdpAttribute.ActiveKeyIndex, 0, (byte[])[(byte)keys.Active]), stop).ConfigureAwait(false); // a modem begins with 0
        }
    }

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
