using Microsoft.Extensions.Time.Testing;
using Simulation.Dlms;
using Substation;
using Unit.Flows.Usi;

namespace Unit.Flows.G3;

/// <summary>
/// A coordinator's modem as its host sees it, from the document (plc-modems.md, 2): small, obedient, and told by a test where it is not. Everything before INITIALIZE is refused; what it was
/// told is forgotten with its power, but for its EUI and its frame counter.
/// </summary>
internal sealed class MeshModem(FakeTimeProvider clock, ulong eui = 0x0004_0400_000A_1B2C)
{
    private readonly Lock _one = new();
    private readonly List<ITimer> _timers = [];
    private readonly List<byte[]> _taken = [];
    private PipeLink? _link;
    private byte[] _psk = [];
    private byte[] _nextKey = [];
    private bool _isRekeying;

    internal byte[] Eui { get; } = new MeshDevice(eui, []).Eui;

    /// <summary>0 before INITIALIZE, 1 ready, 2 with a network.</summary>
    internal int State { get; private set; }

    internal int Pan { get; private set; }

    internal uint FrameCounter { get; set; } = 100;

    /// <summary>Group keys by index, as the host set them.</summary>
    internal byte[]?[] GroupKeys { get; } = new byte[]?[2];

    internal int ActiveKey { get; private set; }

    internal List<MeshDevice> Devices { get; } = [];

    /// <summary>It takes what comes and says nothing.</summary>
    internal bool Hangs { get; set; }

    /// <summary>PAN ids of networks near by.</summary>
    internal HashSet<int> Neighbours { get; } = [];

    /// <summary>What is answered to a message instead of what it would answer; null for that.</summary>
    internal Func<byte[], IEnumerable<byte[]>?> Instead { get; set; } = _ => null;

    /// <summary>Attributes that were set, the last value of each: <c>A</c>, <c>M</c> or <c>L</c> and the id.</summary>
    internal Dictionary<string, byte[]> Set { get; } = [];

    /// <summary>Messages it was sent.</summary>
    internal IReadOnlyList<byte[]> Taken
    {
        get
        {
            lock (_one)
            {
                return [.. _taken];
            }
        }
    }

    internal IEnumerable<byte[]> TakenOf(byte command) => Taken.Where(message => message[0] == command);

    /// <summary>The driver opens its port.</summary>
    internal PipeLink Open()
    {
        var link = new PipeLink();
        lock (_one)
        {
            _link = link;
        }

        _ = Task.Run(() => ReadAsync(link));
        return link;
    }

    /// <summary>Its power goes and comes back.</summary>
    internal void Reboot()
    {
        lock (_one)
        {
            (State, Hangs, _psk, ActiveKey) = (0, false, [], 0);
            Array.Clear(GroupKeys);
        }
    }

    /// <summary>The port disappears under the driver.</summary>
    internal Task UnplugAsync() => _link!.Modem.CompleteAsync(new IOException("the port is gone")).AsTask();

    /// <summary>It says something by itself.</summary>
    internal void Say(params byte[] message)
    {
        lock (_one)
        {
            _link!.Modem.WriteAsync(ModemLine.Frame(0x25, message)).AsTask().GetAwaiter().GetResult();
        }
    }

    internal void AskToJoin(MeshDevice device) => Say([0x47, .. device.Eui]);

    /// <summary>A device speaks to the coordinator.</summary>
    internal void SayFrom(MeshDevice device, byte[] payload, byte lqi = 0x80, int port = 4059)
    {
        var packet = MeshPacket.Make(Pan, device.Address, 0, port, payload);
        Say([0x1F, lqi, .. Two(packet.Length), .. packet]);
    }

    private async Task ReadAsync(PipeLink link)
    {
        while (true)
        {
            var read = await link.FromDriver.ReadAsync();
            var input = read.Buffer;
            foreach (var (protocol, message) in ModemLine.Cut(ref input))
            {
                Assert.Equal(0x25, protocol);
                Take(message);
            }

            link.FromDriver.AdvanceTo(input.Start, input.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private void Take(byte[] message)
    {
        lock (_one)
        {
            _taken.Add(message);
            if (Hangs)
            {
                return;
            }

            foreach (var answer in Instead(message) ?? Answer(message))
            {
                Say(answer);
            }
        }
    }

    private IEnumerable<byte[]> Answer(byte[] message) => (message[0], State) switch
    {
        (0x0A, _) => Initialize(),
        (_, 0) => [[0x00, 1, message[0]]],
        (0x11, _) => SetOf("A", 0x27, message),
        (0x16, _) => SetOf("M", 0x2D, message),
        (0x3C, _) => SetKey(message),
        (0x12, _) => [[0x28, 0xB1, .. message[1..7], 0]],
        (0x17, _) => GetMac(message),
        (0x0C, _) => [.. Neighbours.Select(pan => (byte[])[0x30, .. Two(pan), 0x40, 0, 0, 0, 1, 0]), [0x21, 0]],
        (0x0D, _) => Start((message[1] * 256) + message[2]),
        (0x0B, 2) => Send(message),
        (0x14, 2) => [[0x2B, (byte)(ReachOf((message[1] * 256) + message[2]) is null ? 0xA5 : 0)]],
        (0x15, 2) => Path((message[1] * 256) + message[2]),
        (0x42, 2) => Assign(message),
        (0x3E, 2) => Kick((message[1] * 256) + message[2]),
        (0x3F, 2) => Rekey(message),
        (0x40, 2) => Phase(message[1] != 0),
        (0x41, 2) => Activate(),
        (0x0B or 0x14 or 0x15 or 0x3E or 0x3F or 0x40 or 0x41 or 0x42, _) => [[0x00, 1, message[0]]],
        _ => [[0x00, 2, message[0]]],
    };

    /// <summary>Answers when it is ready, not at once.</summary>
    private List<byte[]> Initialize()
    {
        (State, _psk, ActiveKey) = (0, [], 0);
        Array.Clear(GroupKeys);
        _timers.Add(clock.CreateTimer(_ =>
        {
            lock (_one)
            {
                State = Math.Max(State, 1);
                Say(0x00, 0x00, 0x0A);
            }
        }, null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan));
        return [];
    }

    private byte[][] SetOf(string layer, byte confirm, byte[] message)
    {
        Set[layer + Convert.ToHexString(message, 1, 4)] = message[8..];
        if (layer == "M" && message[4] == 0x77)
        {
            FrameCounter = (uint)message[8..].Aggregate(0L, (value, octet) => (value * 256) + octet);
        }

        ActiveKey = layer == "A" && message[4] == 0x22 ? message[8] : ActiveKey;
        return [[confirm, 0, .. message[1..7]]];
    }

    private byte[][] SetKey(byte[] message)
    {
        _psk = message[4] == 2 ? message[8..] : _psk;
        _nextKey = message[4] == 4 ? message[8..] : _nextKey;
        if (message[4] == 3)
        {
            GroupKeys[message[6]] = message[8..];
        }

        return [[0x46, 0, .. message[1..7]]];
    }

    private byte[][] GetMac(byte[] message) => Convert.ToHexString(message, 1, 4) switch
    {
        "08000001" => [[0x2E, 0, .. message[1..7], 8, .. Eui]],
        "00000077" => [[0x2E, 0, .. message[1..7], 4, .. Two((int)(FrameCounter >> 16)), .. Two((int)(FrameCounter & 0xFFFF))]],
        _ => [[0x2E, 0xF4, .. message[1..7], 0]],
    };

    private byte[][] Start(int pan)
    {
        (Pan, State) = (pan, 2);
        return [[0x22, 0]];
    }

    private IEnumerable<byte[]> Send(byte[] message)
    {
        var (pan, to, port, payload) = MeshPacket.Open(message[6..]);
        Assert.Equal(Pan, pan);
        if (ReachOf(to) is not { } device)
        {
            yield return [0x1E, 0xA5, message[1]];
            yield break;
        }

        FrameCounter++;
        yield return [0x1E, 0x00, message[1]];
        if (FrameCounter <= device.FrameCounter || !GroupKeys.Any(key => key is not null && key.AsSpan().SequenceEqual(device.GroupKey)))
        {
            yield break; // it cannot open it, and says nothing
        }

        device.FrameCounter = FrameCounter;
        device.Datagrams++;
        foreach (var answer in device.Meter is { } meter ? MeterDatagrams.Answers(meter, payload) : [])
        {
            var packet = MeshPacket.Make(Pan, device.Address, 0, port, answer);
            yield return [0x1F, 0x80, .. Two(packet.Length), .. packet];
        }
    }

    private MeshDevice? ReachOf(int address) => Devices.Find(device => device.Address == address && device.Address != 0 && !device.IsAway);

    private byte[][] Path(int to) => ReachOf(to) is null ? [[0x2C, 0xB2, .. Two(to), 0, 0, 0x0F, 0, 0]]
        : to == 1 ? [[0x2C, 0, .. Two(to), 0, 0, 0x0F, 1, 0, .. Two(to), 0, 0x20, 0, 1, 1]]
        : [[0x2C, 0, .. Two(to), 0, 0, 0x0F, 2, 1, 0, 1, 0, 0x20, 0, 1, 1, .. Two(to), 0, 0x30, 0, 1, 1, 0, 0, 0, 0x20, 0, 1, 1]]; // through node 1

    private IEnumerable<byte[]> Assign(byte[] message)
    {
        var device = Devices.Find(one => one.Eui.AsSpan().SequenceEqual(message.AsSpan(1, 8)));
        var address = (ushort)((message[9] * 256) + message[10]);
        if (device is null || address == 0xFFFF || device.IsAway || !_psk.AsSpan().SequenceEqual(device.Key))
        {
            yield break; // a handshake that fails is not told
        }

        if (_isRekeying)
        {
            (device.NextGroupKey, device.GroupKey) = device.NextGroupKey is null ? (_nextKey, device.GroupKey) : (null, device.NextGroupKey);
            yield return [0x48, .. device.Eui, .. Two(device.Address)];
            yield break;
        }

        device.Enter(this, address);
        yield return [0x48, .. device.Eui, .. Two(address)];
    }

    private byte[][] Kick(int address)
    {
        Devices.Where(device => device.Address == address).ToList().ForEach(device => (device.Address, device.GroupKey) = (0, null));
        return [];
    }

    /// <summary>The device is told, and asks as if it joined.</summary>
    private byte[][] Rekey(byte[] message)
    {
        var device = ReachOf((message[1] * 256) + message[2]);
        return device is null || !_isRekeying ? [] : [[0x47, .. device.Eui]];
    }

    private byte[][] Phase(bool starts)
    {
        _isRekeying = starts;
        return [];
    }

    private byte[][] Activate()
    {
        GroupKeys[1 - ActiveKey] = _nextKey;
        GroupKeys[ActiveKey] = null;
        ActiveKey = 1 - ActiveKey;
        return [];
    }

    private static byte[] Two(int value) => [(byte)(value / 256), (byte)(value % 256)];
}
