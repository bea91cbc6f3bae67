using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Fuzz.Judging;

/// <summary>
/// The input that is being parsed, in a file that outlives the process: when the stack runs over nobody is left to tell.
/// <code>beat i64 | number i64 | length i32 | octets</code>
/// </summary>
internal sealed unsafe class CurrentInput : IDisposable
{
    private const int Header = 20;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _at;

    internal CurrentInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, Header + Family.Longest);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _at);
    }

    /// <summary>Grows with every input.</summary>
    internal long Beat => Volatile.Read(ref Unsafe.AsRef<long>(_at));

    /// <summary>The input's number.</summary>
    internal long Number => Volatile.Read(ref Unsafe.AsRef<long>(_at + 8));

    /// <summary>A copy of its octets.</summary>
    internal byte[] Octets => new ReadOnlySpan<byte>(_at + Header, Math.Max(0, Unsafe.ReadUnaligned<int>(_at + 16))).ToArray();

    /// <summary>Notes the input that comes now.</summary>
    internal void Set(long number, ReadOnlySpan<byte> octets)
    {
        Unsafe.WriteUnaligned(_at + 8, number);
        Unsafe.WriteUnaligned(_at + 16, octets.Length);
        octets.CopyTo(new Span<byte>(_at + Header, Family.Longest));
        Volatile.Write(ref Unsafe.AsRef<long>(_at), Beat + 1);
    }

    /// <summary>Nothing is being parsed: a process that dies now dies of its own.</summary>
    internal void Clear() => Unsafe.WriteUnaligned(_at + 16, -1);

    /// <summary>What a process that died while it parsed left behind.</summary>
    internal static (long Number, byte[] Octets)? Left(string path)
    {
        if (!File.Exists(path) || File.ReadAllBytes(path) is not { Length: Header + Family.Longest } left)
        {
            return null;
        }

        var length = BitConverter.ToInt32(left, 16);
        return length < 0 ? null : (BitConverter.ToInt64(left, 8), left[Header..(Header + length)]);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
