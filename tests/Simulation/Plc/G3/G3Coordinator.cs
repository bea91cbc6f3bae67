using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>
/// A G3-PLC modem in the coordinator's role as its host sees it (plc-modems 2), written from the documents: commands, guards, information bases, bootstrap of joining nodes, packets. What
/// it keeps over a loss of power is its memory; everything else the host sets anew after INITIALIZE.
/// </summary>
public sealed class G3Coordinator : IPlcModem
{
    private const byte AdaptationProtocol = 0x25;
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMilliseconds(150);
    private readonly SimUsiFramer _framer = new();
    private readonly Dictionary<G3Message, G3Command> _commands;
    private readonly G3Values _values;
    private readonly G3Bootstrap _bootstrap;
    private readonly G3Traffic _traffic;
    private readonly G3Routes _routes;
    private readonly Random _random;
    private bool _hasPower = true, _isOverrun;
    private byte _role;
    private int _life; // counts up with everything that makes what was begun before void

    /// <summary>A modem on a network.</summary>
    /// <param name="memory">Its own; a modem that replaces it has another.</param>
    public G3Coordinator(G3Network network, G3Memory memory)
    {
        (Network, Memory) = (network, memory);
        _random = new Random(unchecked(network.Plan.Seed + memory.Eui[7]));
        Adaptation = new G3InformationBase(G3AttributeTable.Adaptation);
        Mac = new G3InformationBase(G3AttributeTable.Mac);
        Bootstrap = new G3InformationBase(G3AttributeTable.Bootstrap);
        _routes = new G3Routes(this);
        _values = new G3Values(this, _routes);
        _bootstrap = new G3Bootstrap(this);
        _traffic = new G3Traffic(this, _routes);
        _commands = Commands();
    }

    /// <summary>Where its frames go.</summary>
    public Action<byte[]>? ToHost { get; set; }

    /// <summary>What it keeps without power.</summary>
    public G3Memory Memory { get; }

    /// <summary>It answers nothing and hears nothing until its power is switched off and on.</summary>
    public bool Hangs { get; set; }

    /// <summary>How far it is.</summary>
    public G3State State { get; private set; }

    /// <summary>Indications that did not fit its write buffer, and are lost.</summary>
    public int LongIndicationsLost { get; private set; }

    /// <summary>Frames that were longer than its receiver has room for; the first one made it hang.</summary>
    public int Overruns { get; private set; }

    /// <summary>Frames it answered.</summary>
    public int Taken { get; private set; }

    internal G3Network Network { get; }

    internal G3InformationBase Adaptation { get; }

    internal G3InformationBase Mac { get; }

    internal G3InformationBase Bootstrap { get; }

    internal ushort Pan { get; private set; } = 0xFFFF;

    /// <summary>It runs a network, and is alive.</summary>
    internal bool IsStarted => State == G3State.Started && IsAlive;

    private bool IsAlive => _hasPower && !Hangs && !_isOverrun;

    public void Take(ReadOnlySpan<byte> octetsFromHost)
    {
        var octets = octetsFromHost.ToArray();
        Network.Time.Post(() => TakeNow(octets));
    }

    public void PowerOff() => Network.Time.Post(() =>
    {
        _hasPower = false;
        Forget(G3State.Uninitialised);
        _framer.Drop();
    });

    public void PowerOn() => Network.Time.Post(() => (_hasPower, Hangs, _isOverrun) = (true, false, false));

    /// <summary>Says a message. What does not fit the write buffer after escaping is lost in the modem; nobody is told.</summary>
    internal void Say(G3Message message, params ReadOnlySpan<byte> parameters)
    {
        if (!IsAlive)
        {
            return;
        }

        var frame = SimUsi.Frame(AdaptationProtocol, [(byte)message, .. parameters]);
        if (frame.Length > SimUsi.WriteBuffer)
        {
            LongIndicationsLost++;
            return;
        }

        ToHost?.Invoke(frame);
    }

    /// <summary>Runs it later, if nothing has made it void until then.</summary>
    internal void After(TimeSpan wait, Action work)
    {
        var life = _life;
        Network.Time.After(wait, () => RunIn(life, work));
    }

    /// <summary>For what the medium tells later: it is passed over where the modem was reset meanwhile.</summary>
    internal Action<T> Whenever<T>(Action<T> told)
    {
        var life = _life;
        return what => RunIn(life, () => told(what));
    }

    /// <summary>A node wishes to join.</summary>
    internal void HearWish(G3Node node)
    {
        if (IsStarted)
        {
            _bootstrap.HearWish(node);
        }
    }

    /// <summary>A node left by itself.</summary>
    internal void HearLeave(ushort shortAddress)
    {
        if (IsStarted)
        {
            _routes.Forget(shortAddress);
            Say(G3Message.LeaveIndication, (byte)(shortAddress >> 8), (byte)shortAddress);
        }
    }

    /// <summary>A node's packet; false where it does not reach the host.</summary>
    internal bool HearPacket(G3Node node, byte[] packet) => IsStarted && _traffic.Hear(node, packet);

    /// <summary>NETWORK_STATUS_IND: something is wrong with what was heard from a short address.</summary>
    internal void TellStatus(ushort pan, ushort from, byte status, byte keyIndex) => Say(
        G3Message.NetworkStatus, [(byte)(pan >> 8), (byte)pan, 2, (byte)(from >> 8), (byte)from, 2, 0, 0, status, (byte)(status == G3Status.AlternatePan ? 0 : 5), keyIndex, 0]);

    /// <summary>A way to a node is known, or not any more.</summary>
    internal void Learn(ushort shortAddress) => _routes.Learn(shortAddress);

    internal void HearKick(ushort shortAddress) => _routes.Forget(shortAddress);

    private void RunIn(int life, Action work)
    {
        if (life == _life && IsAlive)
        {
            work();
        }
    }

    private void TakeNow(byte[] octets)
    {
        if (!IsAlive)
        {
            return;
        }

        _framer.Take(octets);
        while (IsAlive && _framer.TryRead(out var protocol, out var payload))
        {
            if (protocol == AdaptationProtocol && payload.Length > 0)
            {
                Taken++;
                Obey((G3Message)payload[0], payload[1..]);
            }
        }

        if (_framer.Overruns > Overruns)
        {
            (_isOverrun, Overruns) = (true, _framer.Overruns); // what lay behind the receive buffer is overwritten
        }
    }

    private void Obey(G3Message message, byte[] parameters)
    {
        byte? refusal = State < G3State.Ready && message != G3Message.Initialize ? G3Status.NotAllowed
            : !_commands.TryGetValue(message, out var command) ? G3Status.UnknownCommand
            : State >= G3State.Ready && command.Role is { } role && role != (_role != 0) ? G3Status.NotAllowed
            : parameters.Length < command.Octets ? G3Status.BadParameter : null;
        if (refusal is { } status)
        {
            Say(G3Message.Status, status, (byte)message);
        }
        else
        {
            _commands[message].Do(parameters);
        }
    }

    /// <summary>What a message is, who may send it in which role, how many octets it has at least, and what it does.</summary>
    private Dictionary<G3Message, G3Command> Commands()
    {
        const bool Coordinator = true, Device = false;
        return new Dictionary<G3Message, G3Command>
        {
            [G3Message.Initialize] = new(null, 2, Initialize),
            [G3Message.DataRequest] = new(null, 5, _traffic.Request),
            [G3Message.DataWithoutIp] = new(null, 7, _traffic.RequestWithoutIp),
            [G3Message.DiscoveryRequest] = new(null, 1, _routes.Discover),
            [G3Message.NetworkStart] = new(Coordinator, 2, Start),
            [G3Message.NetworkJoin] = new(Device, 5, _ => Say(G3Message.NetworkJoinConfirm, G3Status.NoBeacon, 0xFF, 0xFF, 0xFF, 0xFF)),
            [G3Message.NetworkLeave] = new(Device, 0, _ => Say(G3Message.NetworkLeaveConfirm, G3Status.Success)),
            [G3Message.ForceRegister] = new(Device, 28, _ => { }),
            [G3Message.Reset] = new(null, 0, Reset),
            [G3Message.Set] = new(null, 7, _values.Set),
            [G3Message.Get] = new(null, 6, _values.Get),
            [G3Message.MacSet] = new(null, 7, _values.MacSet),
            [G3Message.MacGet] = new(null, 6, _values.MacGet),
            [G3Message.BootstrapSet] = new(null, 7, _values.BootstrapSet),
            [G3Message.RouteDiscovery] = new(null, 3, _routes.FindRoute),
            [G3Message.PathDiscovery] = new(null, 3, _routes.FindPath),
            [G3Message.Kick] = new(Coordinator, 10, _bootstrap.Kick),
            [G3Message.Rekey] = new(Coordinator, 11, _bootstrap.Rekey),
            [G3Message.RekeyPhase] = new(Coordinator, 1, _bootstrap.SetPhase),
            [G3Message.ActivateNewKey] = new(Coordinator, 0, _ => _bootstrap.ActivateNewKey()),
            [G3Message.AssignAddress] = new(Coordinator, 10, _bootstrap.Assign),
        };
    }

    /// <summary>INITIALIZE: also the way to start a running modem anew. The STATUS that confirms it comes when it is ready.</summary>
    private void Initialize(byte[] parameters)
    {
        var (band, role) = (parameters[0], parameters[1]);
        if (band is > 3 and not 0xFF)
        {
            Say(G3Message.Status, G3Status.BadParameter, (byte)G3Message.Initialize);
            return;
        }

        Forget(G3State.Initialising);
        After(Network.Plan.ReadyAfter ?? TimeSpan.FromMilliseconds(_random.Next(100, 1000)), () =>
        {
            (_role, State) = (role, G3State.Ready);
            _values.Prepare();
            Say(G3Message.Status, G3Status.Success, (byte)G3Message.Initialize);
        });
    }

    private void Start(byte[] parameters)
    {
        var pan = BinaryPrimitives.ReadUInt16BigEndian(parameters);
        After(StartsWithin, () =>
        {
            (Pan, State) = (pan, G3State.Started);
            Adaptation.Keep(G3AttributeTable.PanIdOfAdaptation, pan);
            Mac.Keep(G3AttributeTable.PanId, pan);
            Adaptation.Keep(G3AttributeTable.ShortOfAdaptation, G3Address.Coordinator);
            Mac.Keep(G3AttributeTable.ShortAddress, G3Address.Coordinator);
            Say(G3Message.NetworkStartConfirm, G3Status.Success);
            Network.HearStart(this);
        });
    }

    private void Reset(byte[] parameters)
    {
        Forget(G3State.Ready);
        _values.Prepare();
        Say(G3Message.ResetConfirm, G3Status.Success);
    }

    private void Forget(G3State state)
    {
        _life++;
        (State, Pan) = (state, 0xFFFF);
        Adaptation.Clear();
        Mac.Clear();
        Bootstrap.Clear();
        _bootstrap.Clear();
        _traffic.Clear();
        _routes.Clear();
    }
}
