using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Simulation.Modems;

/// <summary>A pseudo terminal: the simulator's end. The other end has a path that a service opens as it would /dev/ttyUSB0.</summary>
public sealed partial class Pty : IDisposable
{
    private const int ReadWrite = 2, NoTerminal = 0x100, NonBlocking = 0x800, PollIn = 1, PollOut = 4, PollHangUp = 0x10;
    private const int Patience = 200; // ms that a far end which does not read is waited for
    private readonly int _master;
    private byte[] _unsent = [];

    /// <summary>Opens one, in raw mode.</summary>
    public Pty()
    {
        _master = Check(OpenMaster(ReadWrite | NoTerminal | NonBlocking), "posix_openpt");
        Check(Grant(_master), "grantpt");
        Check(Unlock(_master), "unlockpt");
        Span<byte> name = stackalloc byte[128];
        Check(Name(_master, name, name.Length), "ptsname_r");
        Path = System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
        Span<byte> terminal = stackalloc byte[256]; // struct termios is 60 octets
        terminal.Clear();
        Check(GetAttributes(_master, terminal), "tcgetattr");
        MakeRaw(terminal);
        Check(SetAttributes(_master, 0, terminal), "tcsetattr");
    }

    /// <summary>Path of the other end.</summary>
    public string Path { get; }

    /// <summary>True while somebody has the other end open.</summary>
    public bool IsOpen => (Poll(PollIn, 0) & PollHangUp) == 0;

    /// <summary>The speed the other end has set, baud; 0 for one that no meter knows. (A pseudo terminal has no parity bits to look at.)</summary>
    public int Baud
    {
        get
        {
            Span<byte> terminal = stackalloc byte[256];
            terminal.Clear();
            _ = GetAttributes(_master, terminal);
            return (System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(terminal[8..]) & 0x100F) switch
            {
                7 => 300, 8 => 600, 9 => 1200, 11 => 2400, 12 => 4800, 13 => 9600, 14 => 19_200, _ => 0,
            };
        }
    }

    /// <summary>Octets from the other end, at most after a wait; empty where none came or nobody is there.</summary>
    public byte[] Read(int milliseconds)
    {
        var events = Poll(PollIn, milliseconds);
        if ((events & PollIn) == 0)
        {
            return [];
        }

        var buffer = new byte[4096];
        var read = ReadMaster(_master, buffer, buffer.Length);
        return read > 0 ? buffer[..(int)read] : [];
    }

    /// <summary>
    /// A frame to the other end. False where nobody is there, or where the far end has it open and does not read: a frame is then dropped whole, one that
    /// was begun is ended before the next, as a stick without flow control would be seen by a host that wakes up again.
    /// </summary>
    public bool Write(ReadOnlySpan<byte> octets)
    {
        if (!IsOpen)
        {
            _unsent = [];
            return false;
        }

        if (_unsent.Length > 0 && !Send(_unsent))
        {
            return false;
        }

        return Send(octets);
    }

    /// <summary>True where all octets left, or enough that the rest will follow.</summary>
    private bool Send(ReadOnlySpan<byte> octets)
    {
        var begun = false;
        while (!octets.IsEmpty)
        {
            var written = WriteMaster(_master, octets, octets.Length);
            if (written > 0)
            {
                octets = octets[(int)written..];
                begun = true;
            }
            else if ((Poll(PollOut, Patience) & PollOut) == 0)
            {
                break;
            }
        }

        if (begun || octets.IsEmpty)
        {
            _unsent = octets.ToArray();
        }

        return begun || octets.IsEmpty;
    }

    public void Dispose() => _ = CloseMaster(_master);

    private int Poll(short events, int milliseconds)
    {
        var entry = new PollEntry { Descriptor = _master, Events = events };
        _ = PollDescriptors(ref entry, 1, milliseconds);
        return entry.Returned;
    }

    private static int Check(int result, string call) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), call);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int Name(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int descriptor, Span<byte> terminal);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int descriptor, int when, Span<byte> terminal);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(Span<byte> terminal);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(ref PollEntry entries, uint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadMaster(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteMaster(int descriptor, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseMaster(int descriptor);
}
