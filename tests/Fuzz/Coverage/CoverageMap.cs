using System.Linq.Expressions;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Fuzz.Coverage;

/// <summary>
/// Counts which edges of instrumented code an input takes: each has an octet in a shared map. How often is told in eight buckets; a bucket nobody was in before is news.
/// </summary>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16;
    private static readonly byte[] Buckets = MakeBuckets();
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Instrumented code writes here. Reached by its name: an assembly that refers to it is taken for one that was instrumented already.</summary>
    private static readonly Type Trace = Type.GetType("SharpFuzz.Common.Trace, SharpFuzz.Common", throwOnError: true)!;

    private readonly Action _forgetPlace = Expression.Lambda<Action>(Expression.Assign(Expression.Field(null, Trace.GetField("PrevLocation")!), Expression.Constant(0))).Compile();

    private static readonly byte* Map = (byte*)NativeMemory.AllocZeroed(Size);

    /// <summary>Must be called before any instrumented code runs, be it only to make a table: without a map it writes to address 0.</summary>
    internal static void Prepare() => Trace.GetField("SharedMem")!.SetValue(null, Pointer.Box(Map, typeof(byte*)));

    /// <summary>Edges taken by any input so far.</summary>
    internal int Edges { get; private set; }

    /// <summary>Before an input.</summary>
    internal void Clear()
    {
        new Span<byte>(Map, Size).Clear();
        _forgetPlace();
    }

    /// <summary>After an input: true where it went where none was before.</summary>
    internal bool TakeNews()
    {
        var news = false;
        var words = new ReadOnlySpan<Vector<byte>>(Map, Size / Vector<byte>.Count);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] != Vector<byte>.Zero)
            {
                news |= Take(i * Vector<byte>.Count);
            }
        }

        return news;
    }

    private bool Take(int from)
    {
        var news = false;
        for (var at = from; at < from + Vector<byte>.Count; at++)
        {
            var bucket = Buckets[Map[at]];
            if ((bucket & ~_seen[at]) != 0)
            {
                Edges += _seen[at] == 0 ? 1 : 0;
                _seen[at] |= bucket;
                news = true;
            }
        }

        return news;
    }

    /// <summary>1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more.</summary>
    private static byte[] MakeBuckets()
    {
        var buckets = new byte[256];
        for (var count = 1; count < 256; count++)
        {
            buckets[count] = (byte)(1 << (count switch { 1 => 0, 2 => 1, 3 => 2, < 8 => 3, < 16 => 4, < 32 => 5, < 128 => 6, _ => 7 }));
        }

        return buckets;
    }
}
