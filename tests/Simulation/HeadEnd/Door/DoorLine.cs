using System.Net.Sockets;
using Simulation.Dlms;

namespace Simulation.HeadEnd.Door;

/// <summary>A head-end's connection to the door of a box: frames of the wrapper out and in, and what the box tells of devices in between.</summary>
/// <param name="trace">Takes a line for each frame: direction, ports, APDU in hex; null for none.</param>
public sealed class DoorLine(Stream stream, Action<string>? trace = null) : IAsyncDisposable
{
    private const int ControlFrom = 0, ControlTo = 1; // wPorts of the PRIME DC wrapper: the box, the head-end
    private const byte NewDevice = 1, RemoveDevice = 2, StartReporting = 3;
    private readonly WrapperFrames _frames = new();
    private readonly Queue<(int Source, int Destination, byte[] Apdu)> _whole = new();
    private readonly Dictionary<string, int> _devices = [];
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Connects.</summary>
    public static async Task<DoorLine> OpenAsync(string host, int port, Action<string>? trace, CancellationToken stop)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(host, port, stop).ConfigureAwait(false);
            return new DoorLine(client.GetStream(), trace);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends an APDU from a client to a logical device.</summary>
    public async Task SendAsync(int client, int device, byte[] apdu, CancellationToken stop)
    {
        trace?.Invoke($"> {client:X4} {device:X4} {Convert.ToHexString(apdu)}");
        await stream.WriteAsync(WrapperFrames.Wrap(client, device, apdu), stop).ConfigureAwait(false);
    }

    /// <summary>The next APDU from a logical device to a client.</summary>
    public async Task<byte[]> ReceiveAsync(int client, int device, CancellationToken stop)
    {
        while (true)
        {
            var (source, destination, apdu) = await NextAsync(stop).ConfigureAwait(false);
            if ((source, destination) == (device, client))
            {
                return apdu;
            }

            if ((source, destination) != (ControlFrom, ControlTo))
            {
                throw new DoorException($"an answer went from {source} to {destination}, where {device} to {client} was asked", isRefusal: false);
            }

            Note(apdu);
        }
    }

    /// <summary>Asks which devices are there, and waits for one of them; gives its number.</summary>
    public async Task<int> NumberOfAsync(string meter, CancellationToken stop)
    {
        await SendAsync(ControlTo, ControlFrom, [StartReporting], stop).ConfigureAwait(false);
        int number;
        while (!_devices.TryGetValue(meter, out number))
        {
            var (source, destination, apdu) = await NextAsync(stop).ConfigureAwait(false);
            if ((source, destination) == (ControlFrom, ControlTo))
            {
                Note(apdu);
            }
        }

        return number;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<(int Source, int Destination, byte[] Apdu)> NextAsync(CancellationToken stop)
    {
        while (_whole.Count == 0)
        {
            var read = await stream.ReadAsync(_buffer, stop).ConfigureAwait(false);
            if (read == 0)
            {
                throw new DoorException("the box closed the connection", isRefusal: false);
            }

            foreach (var frame in _frames.Take(_buffer[..read]))
            {
                trace?.Invoke($"< {frame.Source:X4} {frame.Destination:X4} {Convert.ToHexString(frame.Apdu)}");
                _whole.Enqueue(frame);
            }

            if (_frames.IsBroken)
            {
                throw new DoorException("what the box sends is no wrapper", isRefusal: false);
            }
        }

        return _whole.Dequeue();
    }

    /// <summary><code>01 device u16 | capabilities u16 | L id | EUI-48     02 device u16</code></summary>
    private void Note(byte[] message)
    {
        var number = message.Length >= 3 ? (message[1] << 8) | message[2] : 0;
        if (message.Length > 5 && message[0] == NewDevice && message.Length >= 6 + message[5])
        {
            _devices[System.Text.Encoding.ASCII.GetString(message, 6, message[5])] = number;
        }
        else if (message is [RemoveDevice, ..])
        {
            foreach (var gone in _devices.Where(one => one.Value == number).Select(one => one.Key).ToList())
            {
                _devices.Remove(gone);
            }
        }
    }
}
