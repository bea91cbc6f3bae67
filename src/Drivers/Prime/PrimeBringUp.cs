using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Metering.Driver;
using Metering.Orders;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>Takes a modem that answers to a network that is known: whether it was up before us or starts now makes no difference (plc-modems.md, 3.3).</summary>
/// <param name="tell">Tells the state of the link.</param>
internal sealed class PrimeBringUp(PrimeOptions options, PrimeModem modem, PrimeNetwork network, PrimeGate gate, IDriverMemory memory, Action<LinkState, string> tell)
{
    private const string SnaName = "sna";

    /// <summary>What the base node is in its own network, and what it counts: as classes 83, 84 and 86 of IEC 62056-6-2 have it.</summary>
    private static readonly (string Name, PrimePib Pib)[] Asked =
    [
        ("vendor", PrimePib.Vendor), ("product", PrimePib.Product), ("lnid", PrimePib.Lnid), ("lsid", PrimePib.Lsid), ("sid", PrimePib.Sid), ("macState", PrimePib.MacState),
        ("scpLength", PrimePib.ScpLength), ("level", PrimePib.HierarchyLevel), ("capabilities", PrimePib.Capabilities), ("dataSent", PrimePib.DataSent), ("dataReceived", PrimePib.DataReceived),
        ("controlSent", PrimePib.ControlSent), ("controlReceived", PrimePib.ControlReceived), ("channelAccessFailures", PrimePib.ChannelAccessFailures), ("channelBusy", PrimePib.ChannelBusy),
    ];

    private readonly HashSet<PrimePib> _unanswered = [];

    /// <summary>What the modem says of itself, for people.</summary>
    internal ConcurrentDictionary<string, string> Facts { get; } = [];

    /// <summary>Asks the modem who it is, reads its lists, and then tells it who may join.</summary>
    internal async ValueTask RunAsync(CancellationToken stop)
    {
        gate.Forget();
        Note("firmware", await modem.GetAsync(PrimePib.FirmwareVersion, stop).ConfigureAwait(false));
        Note("macVersion", await modem.GetAsync(PrimePib.MacVersion, stop).ConfigureAwait(false));
        Note("plcState", await modem.GetAsync(PrimePib.PlcState, stop).ConfigureAwait(false));
        var sna = await modem.GetAsync(PrimePib.Sna, stop).ConfigureAwait(false);
        await LookWhoAsync(sna, stop).ConfigureAwait(false);
        var isSecured = await SecureAsync(stop).ConfigureAwait(false);
        await ReadNetworkAsync(isSecured, stop).ConfigureAwait(false);
        tell(LinkState.Listening, $"the network of {options.Port} is known");
        await gate.TellAsync(stop).ConfigureAwait(false);
        if (gate.Refusal is { } refusal)
        {
            tell(LinkState.Listening, refusal);
        }

        await ReleaseRefusedAsync(isSecured, stop).ConfigureAwait(false);
        await LookAtLinksAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Reads how well nodes are heard, and which switches of other networks are.</summary>
    internal async ValueTask LookAtLinksAsync(CancellationToken stop)
    {
        network.Take(await modem.TryReadAsync<NeighbourLink>(stop).ConfigureAwait(false));
        var own = Facts.GetValueOrDefault("sna");
        var neighbours = (await modem.TryReadAsync<HeardSwitch>(stop).ConfigureAwait(false)).Where(heard => heard.Sna.IsNode && heard.Sna.ToString() != own).Select(heard => heard.Sna.ToString()).Distinct().Take(8);
        Facts["neighbours"] = string.Join(' ', neighbours);
    }

    /// <summary>Reads what the modem says of itself. Nothing depends on it: a firmware that does not tell one of these is not asked for it again, and is not doubted.</summary>
    internal async ValueTask LookAtModemAsync(CancellationToken stop)
    {
        foreach (var (name, pib) in Asked.Where(one => !_unanswered.Contains(one.Pib)))
        {
            try
            {
                var told = await modem.GetAsync(pib, stop).ConfigureAwait(false);
                if (told is { Result: MlmeResult.Done, Number: { } number })
                {
                    Facts[name] = number.ToString(CultureInfo.InvariantCulture);
                }
                else if (told.Result == MlmeResult.Done)
                {
                    Note(name, told);
                }
                else
                {
                    Facts.TryRemove(name, out _);
                }
            }
            catch (TimeoutException)
            {
                _unanswered.Add(pib);
                return;
            }
        }
    }

    private async ValueTask ReadNetworkAsync(bool isSecured, CancellationToken stop)
    {
        var begun = network.BeginList();
        var devices = await modem.ReadAsync<RegisteredDevice>(stop).ConfigureAwait(false);
        var switches = await modem.TryReadAsync<SwitchEntry>(stop).ConfigureAwait(false);
        var connected = await modem.ReadAsync<LlcNode>(stop).ConfigureAwait(false);
        network.Take(devices, switches, connected, begun, isSecured);
    }

    /// <summary>A modem that was exchanged has another network: its nodes come over by themselves, and nothing that is known of their meters is lost.</summary>
    private async ValueTask LookWhoAsync(PibConfirm told, CancellationToken stop)
    {
        if (told.Result != MlmeResult.Done || told.Value.Length != Eui48.Size)
        {
            return;
        }

        var sna = Convert.ToHexString(told.Value.Span);
        Facts["sna"] = sna;
        var before = Encoding.ASCII.GetString(memory.Load(options.Name, SnaName).Span);
        if (before == sna)
        {
            return;
        }

        if (before.Length > 0)
        {
            tell(LinkState.Configuring, $"another modem is at {options.Port}: its network is {sna}, the one before was {before}; its meters register anew");
            network.Forget($"the modem was exchanged: network {before} is now {sna}");
        }

        await memory.TryKeepAsync(options.Name, SnaName, Encoding.ASCII.GetBytes(sna), stop).ConfigureAwait(false);
    }

    /// <summary>Sets the security profile where one is demanded. True where the network ran under it before, so that whoever is in it joined under it.</summary>
    private async ValueTask<bool> SecureAsync(CancellationToken stop)
    {
        var runs = await modem.GetAsync(PrimePib.SecurityProfile, stop).ConfigureAwait(false);
        Facts["securityProfile"] = runs.Result == MlmeResult.Done ? $"{runs.Number}" : PrimeText.Of(runs.Result);
        if (options.SecurityProfile is not { } demanded)
        {
            return true;
        }

        var ran = runs.Result == MlmeResult.Done ? runs.Number ?? 0 : 0;
        if (ran != demanded)
        {
            var result = await modem.SetAsync(PrimePib.SecurityProfile, new[] { (byte)demanded }, stop).ConfigureAwait(false);
            Facts["securityProfile"] = result == MlmeResult.Done ? $"{demanded}" : PrimeText.Of(result);
            tell(LinkState.Configuring, result == MlmeResult.Done ? $"the network runs under security profile {demanded} from now on"
                : $"the modem does not take security profile {demanded} ({PrimeText.Of(result)}): whoever joins without it is refused");
        }

        return ran >= demanded;
    }

    /// <summary>Who joined before the profile was demanded has its connection closed once, and opens another.</summary>
    private async ValueTask ReleaseRefusedAsync(bool isSecured, CancellationToken stop)
    {
        if (isSecured)
        {
            return;
        }

        foreach (var address in network.With(nodes => nodes.Where(node => node is { State: NodeState.Refused, Address: not null, IsSecured: false }).Select(node => node.Address!.Value).ToList()))
        {
            await modem.ReleaseAsync(address, stop).ConfigureAwait(false);
        }
    }

    private void Note(string name, PibConfirm told) => Facts[name] = told.Result != MlmeResult.Done ? PrimeText.Of(told.Result)
        : told.Value.Length > 2 && !told.Value.Span.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Encoding.ASCII.GetString(told.Value.Span) : Convert.ToHexString(told.Value.Span);
}
