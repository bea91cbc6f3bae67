namespace Drivers.Ports;

/// <summary>Opens a tty; the only file that does.</summary>
public static class SerialLink
{
    /// <summary>Opens a tty with 8 data bits, no parity, 1 stop bit, no flow control, and throws away what waits in it.</summary>
    /// <param name="path">Device path, <c>/dev/ttyUSB0</c>.</param>
    /// <param name="baud">Line speed in baud.</param>
    /// <exception cref="IOException">It cannot be opened: what, where, what to do.</exception>
    public static ISerialLink Open(string path, int baud) => new TtyLink(Tty.Open(path, baud), path);
}
