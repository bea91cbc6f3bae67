using System.Text;
using Simulation.Dlms;
using Substation;
using Unit.Flows.Usi;

namespace Unit.Flows.Prime;

/// <summary>
/// A PRIME base node as plc-modems.md, 3 tells it, at the far end of a line: values, lists, white list and keys, and meters that answer at once behind its 4-32 addresses. Its queue holds one
/// message: a second data request before the confirm of the first is dropped without a word.
/// </summary>
internal sealed class ScriptedModem
{
    internal const string OwnSna = "404022AABBCC";
    private readonly Queue<byte[]> _held = new();

    internal PipeLink? Line { get; private set; }

    /// <summary>How often the port was opened.</summary>
    internal int Opened { get; private set; }

    /// <summary>What the driver sent, payloads only.</summary>
    private List<byte[]> Asked { get; } = [];

    /// <summary>Values by PIB.</summary>
    internal Dictionary<int, byte[]> Values { get; } = new()
    {
        [0x0075] = Encoding.ASCII.GetBytes("1.4.9"), [0x0023] = Convert.FromHexString(OwnSna), [0x8101] = [2], [0x8126] = [1, 4], [0x8137] = [0],
    };

    /// <summary>Lists by PIB, a record an entry.</summary>
    internal Dictionary<int, List<byte[]>> Lists { get; } = new() { [0x0050] = [], [0x0053] = [], [0x0056] = [], [0x0059] = [], [0x8250] = [] };

    internal HashSet<string> WhiteList { get; } = [];

    /// <summary>What was written to 8140.</summary>
    internal List<string> UniqueKeys { get; } = [];

    internal Dictionary<int, DlmsMeter> Meters { get; } = [];

    /// <summary>Answers a message in another way; null: as always.</summary>
    internal Func<byte[], IEnumerable<byte[]>?> Instead { get; set; } = _ => null;

    /// <summary>Data requests wait for <see cref="Release"/>.</summary>
    internal bool Holds { get; set; }

    /// <summary>Data requests that came while one was waiting: lost.</summary>
    internal int Dropped { get; private set; }

    /// <summary>Data requests that wait.</summary>
    internal int Held
    {
        get
        {
            lock (_held)
            {
                return _held.Count;
            }
        }
    }

    internal IEnumerable<byte[]> Sent(params byte[] commands)
    {
        lock (Asked)
        {
            return [.. Asked.Where(payload => commands.Contains(payload[0]))];
        }
    }

    internal PipeLink Open()
    {
        Opened++;
        var line = Line = new PipeLink();
        _ = AnswerAsync(line);
        return line;
    }

    /// <summary>The modem says something by itself.</summary>
    internal void Say(params byte[] payload) => _ = Line!.Modem.WriteAsync(ModemLine.Frame(0x30, payload)).AsTask();

    internal void Say(string hex) => Say(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    /// <summary>4F: event, EUI, switch, number, own switch number.</summary>
    internal void Happens(int kind, string eui, byte sid = 0, int lnid = 1, byte lsid = 0xFF) => Say($"4F{kind:X2}{eui}{sid:X2}{lnid:X4}{lsid:X2} 07 07 05 0001 0000");

    /// <summary>3A: serial, address, EUI and two octets that mean nothing.</summary>
    internal void Joins(string eui, int address, string serial, bool secured = false) => Say([0x3A, (byte)serial.Length, .. Encoding.ASCII.GetBytes(serial), (byte)(address >> 8), (byte)address, .. Convert.FromHexString(eui), 0xAB, 0xCD, secured ? (byte)1 : (byte)0]);

    internal static byte[] Registered(string eui, int lnid, byte lsid, byte sid, byte level) => [.. Convert.FromHexString(eui), (byte)(lnid >> 8), (byte)lnid, 1, lsid, sid, level, 0x28, 0];

    internal static byte[] Connected(int address, string serial, string eui) =>
        [(byte)(address >> 8), (byte)address, .. Encoding.ASCII.GetBytes(serial.PadRight(16, '\0')), (byte)serial.Length, .. Convert.FromHexString(eui)];

    /// <summary>Confirms the data request that waits, and lets its meter answer.</summary>
    internal void Release(byte status = 0, bool confirms = true, bool answers = true)
    {
        byte[] request;
        lock (_held)
        {
            request = _held.Dequeue();
        }

        if (confirms)
        {
            Say([0x39, request[1], request[2], request[3], request[4], status]);
        }

        foreach (var answer in answers && status == 0 ? AnswersTo(request) : [])
        {
            Say(answer);
        }
    }

    private async Task AnswerAsync(PipeLink line)
    {
        while (true)
        {
            var read = await line.FromDriver.ReadAsync();
            var input = read.Buffer;
            foreach (var (_, payload) in ModemLine.Cut(ref input))
            {
                lock (Asked)
                {
                    Asked.Add(payload);
                }

                foreach (var answer in Instead(payload) ?? Answers(payload))
                {
                    await line.Modem.WriteAsync(ModemLine.Frame(0x30, answer));
                }
            }

            line.FromDriver.AdvanceTo(input.Start, input.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private byte[][] Answers(byte[] payload)
    {
        var pib = payload.Length > 2 ? (payload[1] << 8) | payload[2] : 0;
        switch (payload[0])
        {
            case 0x2D when Values.TryGetValue(pib, out var value):
                return [[0x2E, 0, payload[1], payload[2], (byte)value.Length, .. value]];
            case 0x2D:
                return [[0x2E, 11, payload[1], payload[2], 0]];
            case 0x2F when Lists.TryGetValue(pib, out var records):
                return [.. records.Chunk(20).Select(part => (byte[])[0x30, 0, payload[1], payload[2], (byte)(part.Sum(one => one.Length) >> 8), (byte)part.Sum(one => one.Length), .. part.SelectMany(one => one)]), [0x30, 0, payload[1], payload[2], 0, 0]];
            case 0x2F:
                return [[0x30, 11, payload[1], payload[2], 0, 0]];
            case 0x31:
                if (pib == 0x8140)
                {
                    UniqueKeys.Add(Convert.ToHexString(payload[4..]));
                }

                Values[pib] = payload[4..];
                return [[0x32, 0]];
            case 0x5B or 0x5C:
                var eui = Convert.ToHexString(payload[1..]);
                return [[0x5D, payload[0], (payload[0] == 0x5B ? WhiteList.Add(eui) : WhiteList.Remove(eui)) ? (byte)0 : (byte)1]];
            case 0x35:
                return [[0x3B, payload[1], payload[2]]];
            case 0x37:
                return Data(payload);
            default:
                return [];
        }
    }

    private byte[][] Data(byte[] request)
    {
        if (!Holds)
        {
            return [[0x39, request[1], request[2], request[3], request[4], 0], .. AnswersTo(request)];
        }

        lock (_held)
        {
            if (_held.Count > 0)
            {
                Dropped++;
            }
            else
            {
                _held.Enqueue(request);
            }
        }

        return [];
    }

    private IEnumerable<byte[]> AnswersTo(byte[] request)
    {
        var (server, client, address) = (request[1], request[2], (request[3] << 8) | request[4]);
        Assert.Equal((request[5] << 8) | request[6], request.Length - 8);
        Assert.Equal(0, request[^1]);
        var answer = Meters.TryGetValue(address, out var meter) ? meter.Answer(client, request.AsMemory(7, request.Length - 8)) : null;
        return answer is null ? [] : [[0x38, client, server, 0, 0, request[3], request[4], (byte)(answer.Length >> 8), (byte)answer.Length, .. answer, 0]];
    }
}
