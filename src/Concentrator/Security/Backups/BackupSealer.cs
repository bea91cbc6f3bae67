using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Concentrator.Security.Backups;

/// <summary>
/// Writes a backup: header, then named parts, enciphered in chunks. A part: length of its name u16, name, length u64, octets; a name of no octets ends it.
/// </summary>
internal sealed class BackupSealer(Stream to, BackupHeader header) : IDisposable
{
    private const uint Last = 0x8000_0000;
    private readonly byte[] _plain = new byte[BackupHeader.ChunkOctets];
    private readonly byte[] _sealed = new byte[sizeof(uint) + BackupHeader.ChunkOctets + BackupHeader.TagSize];
    private int _filled;
    private ulong _number;

    /// <summary>Octets written so far.</summary>
    internal long Octets { get; private set; }

    internal async Task BeginAsync(CancellationToken stop)
    {
        await to.WriteAsync(header.Octets.ToArray(), stop).ConfigureAwait(false);
        Octets = BackupHeader.Size;
    }

    internal async Task AddAsync(string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        var named = Encoding.UTF8.GetBytes(name);
        var front = new byte[sizeof(ushort) + named.Length + sizeof(ulong)];
        BinaryPrimitives.WriteUInt16LittleEndian(front, (ushort)named.Length);
        named.CopyTo(front, sizeof(ushort));
        BinaryPrimitives.WriteUInt64LittleEndian(front.AsSpan(sizeof(ushort) + named.Length), (ulong)octets.Length);
        await PutAsync(front, stop).ConfigureAwait(false);
        await PutAsync(octets, stop).ConfigureAwait(false);
    }

    /// <summary>The last chunk. Without it the file is known to be cut.</summary>
    internal async Task EndAsync(CancellationToken stop)
    {
        await PutAsync(new byte[sizeof(ushort)], stop).ConfigureAwait(false);
        await SealAsync(Last, stop).ConfigureAwait(false);
    }

    /// <summary>Wipes what was plain.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_plain);

    /// <summary>Octets as they are.</summary>
    internal async Task PutAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        while (!octets.IsEmpty)
        {
            if (_filled == _plain.Length)
            {
                await SealAsync(0, stop).ConfigureAwait(false);
            }

            var length = Math.Min(octets.Length, _plain.Length - _filled);
            octets[..length].CopyTo(_plain.AsMemory(_filled));
            (_filled, octets) = (_filled + length, octets[length..]);
        }
    }

    private async Task SealAsync(uint mark, CancellationToken stop)
    {
        var whole = sizeof(uint) + _filled + BackupHeader.TagSize;
        Encipher((uint)_filled | mark);
        await to.WriteAsync(_sealed.AsMemory(0, whole), stop).ConfigureAwait(false);
        (_filled, _number, Octets) = (0, _number + 1, Octets + whole);
    }

    private void Encipher(uint length)
    {
        Span<byte> nonce = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        BackupHeader.Nonce(nonce, _number, length);
        BinaryPrimitives.WriteUInt32LittleEndian(_sealed, length);
        header.Cipher.Encrypt(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(sizeof(uint), _filled), _sealed.AsSpan(sizeof(uint) + _filled, BackupHeader.TagSize), header.Octets);
    }
}
