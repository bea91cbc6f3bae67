using System.IO.Pipelines;
using System.IO.Ports;

namespace Drivers.Ports;

/// <summary>Opens a tty; the only file that does.</summary>
public static class SerialLink
{
    /// <summary>Opens a tty with 8 data bits, no parity, 1 stop bit, no flow control, and throws away what waits in it.</summary>
    /// <param name="path">Device path, <c>/dev/ttyUSB0</c>.</param>
    /// <param name="baud">Line speed in baud.</param>
    /// <exception cref="IOException">It cannot be opened: what, where, what to do.</exception>
    public static ISerialLink Open(string path, int baud)
    {
        var port = new SerialPort(path, baud, Parity.None, 8, StopBits.One) { Handshake = Handshake.None };
        try
        {
            port.Open();
            port.DiscardInBuffer();
            return new TtyLink(new StreamLink(port.BaseStream, port, path), port, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            port.Dispose();
            throw new IOException(Sentence(path, e), e);
        }
    }

    /// <summary>A tty whose speed can be changed while it is open.</summary>
    private sealed class TtyLink(StreamLink stream, SerialPort port, string path) : ISerialLink
    {
        public PipeReader Input => stream.Input;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => stream.WriteAsync(octets, stop);

        public void SetSpeed(int baud)
        {
            try
            {
                port.BaudRate = baud;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException or UnauthorizedAccessException)
            {
                throw new IOException($"{path} cannot be set to {baud} baud: {e.Message}", e);
            }
        }

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }

    private static string Sentence(string path, Exception e) =>
        !Path.Exists(path) ? $"{path} is not there: is the stick plugged in, and is the name the one udev gave it (ls -l /dev/serial/by-id)?"
        : e is UnauthorizedAccessException ? $"{path} cannot be opened ({e.Message}): another program has it, or the service user is not in its group (dialout)"
        : $"{path} cannot be opened as a serial port: {e.Message}";
}
