using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Drivers.Ports;

/// <summary>
/// A serial line as the system has it: raw, 8N1, no flow control, its modem lines ignored (DTR and RTS stay up, which optical heads live on). Reads and writes never block; waiting is a call of its
/// own that <see cref="Wake"/> ends.
/// </summary>
internal sealed partial class Tty
{
    private const int ReadWrite = 0x2, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Interrupted = 4, TryAgain = 11, PollIn = 1, PollOut = 4, Now = 0, BothQueues = 2, OutputQueue = 1, LookUp = 100;
    private const uint Exclusive = 0x540C;

    /// <summary>struct termios of the C library: four words of flags first; 60 octets.</summary>
    private const int TermiosSize = 256, ControlFlags = 8;
    private const uint LocalLine = 0x800, Receiver = 0x80, TwoStopBits = 0x40, Parity = 0x100, HardwareFlow = 0x8000_0000;
    private readonly string _path;
    private readonly int _descriptor, _waker;

    private Tty(string path, int descriptor) => (_path, _descriptor, _waker) = (path, descriptor, EventDescriptor(0, NonBlocking | CloseOnExec));

    /// <summary>Opens one, throws away what waits in it, and keeps others out.</summary>
    /// <exception cref="IOException">It cannot be opened: what, where, what to do.</exception>
    internal static Tty Open(string path, int baud)
    {
        var descriptor = OpenFile(path, ReadWrite | NoTerminal | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException(Sentence(path));
        }

        var tty = new Tty(path, descriptor);
        try
        {
            tty.Set(baud);
            _ = Control(descriptor, Exclusive, 0);
            _ = Flush(descriptor, BothQueues);
            return tty;
        }
        catch
        {
            tty.Close(isGone: true);
            throw;
        }
    }

    /// <summary>Changes the speed.</summary>
    /// <exception cref="IOException">The port does not take it.</exception>
    internal void SetSpeed(int baud) => Set(baud);

    /// <summary>Waits until there are octets, or the line is gone; false when it was woken.</summary>
    internal bool WaitForOctets()
    {
        Span<PollEntry> entries = [new() { Descriptor = _descriptor, Events = PollIn }, new() { Descriptor = _waker, Events = PollIn }];
        while (PollDescriptors(entries, entries.Length, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        return entries[1].Returned == 0;
    }

    /// <summary>What is there; none where the wait was for nothing.</summary>
    /// <exception cref="IOException">The line is gone.</exception>
    internal int Read(Span<byte> octets)
    {
        var read = (int)ReadFile(_descriptor, octets, octets.Length);
        return read > 0 ? read
            : read < 0 && Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? 0
            : throw new IOException($"{_path} is gone: {(read == 0 ? "the far end closed" : Marshal.GetLastPInvokeErrorMessage())}");
    }

    /// <summary>Hands on as many octets as there is room for.</summary>
    /// <exception cref="IOException">The line is gone.</exception>
    internal int Write(ReadOnlySpan<byte> octets)
    {
        var written = (int)WriteFile(_descriptor, octets, octets.Length);
        return written >= 0 ? written
            : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? 0
            : throw new IOException($"{_path} takes nothing any more: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Waits a moment for room.</summary>
    internal void WaitForRoom() => _ = PollDescriptors([new() { Descriptor = _descriptor, Events = PollOut }], 1, LookUp);

    /// <summary>Ends the wait for octets, now and for ever.</summary>
    internal void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        _ = WriteFile(_waker, one, one.Length);
    }

    /// <summary>Closes it; nobody may wait any more. The system waits for what has not left yet, but of a line that is gone.</summary>
    internal void Close(bool isGone)
    {
        if (isGone)
        {
            _ = Flush(_descriptor, OutputQueue);
        }

        _ = CloseFile(_descriptor);
        _ = CloseFile(_waker);
    }

    private void Set(int baud)
    {
        Span<byte> terminal = stackalloc byte[TermiosSize];
        terminal.Clear();
        Check(GetAttributes(_descriptor, terminal), "is no serial line");
        MakeRaw(terminal);
        var flags = BitConverter.ToUInt32(terminal[ControlFlags..]);
        BitConverter.TryWriteBytes(terminal[ControlFlags..], (flags | LocalLine | Receiver) & ~(TwoStopBits | Parity | HardwareFlow));
        Check(SetBothSpeeds(terminal, (uint)baud), $"cannot be set to {baud} baud");
        Check(SetAttributes(_descriptor, Now, terminal), $"cannot be set to {baud} baud");
    }

    private void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new IOException($"{_path} {what}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static string Sentence(string path) => !Path.Exists(path)
        ? $"{path} is not there: is the stick plugged in, and is the name the one udev gave it (ls -l /dev/serial/by-id)?"
        : $"{path} cannot be opened ({Marshal.GetLastPInvokeErrorMessage()}): another program has it, or the service user is not in its group (dialout)";

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int descriptor, Span<byte> octets, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int descriptor, ReadOnlySpan<byte> octets, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(Span<PollEntry> entries, nint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint first, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int descriptor, Span<byte> terminal);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int descriptor, int when, ReadOnlySpan<byte> terminal);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(Span<byte> terminal);

    [LibraryImport("libc", EntryPoint = "cfsetspeed", SetLastError = true)]
    private static partial int SetBothSpeeds(Span<byte> terminal, uint baud);

    [LibraryImport("libc", EntryPoint = "tcflush", SetLastError = true)]
    private static partial int Flush(int descriptor, int queue);
}
