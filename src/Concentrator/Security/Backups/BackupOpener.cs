using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Concentrator.Security.Backups;

/// <summary>Reads a backup from its beginning, part by part. Nothing is given out that is not authenticated; every fault has its sentence.</summary>
internal sealed class BackupOpener : IDisposable
{
    private const uint Last = 0x8000_0000;
    private const int LongestName = 255;
    private readonly Stream _from;
    private readonly BackupHeader _header;
    private readonly byte[] _sealed = new byte[BackupHeader.ChunkOctets + BackupHeader.TagSize], _plain = new byte[BackupHeader.ChunkOctets];
    private int _at, _filled;
    private ulong _number, _left;
    private bool _isLast;

    /// <summary>Reads the header and proves the passphrase.</summary>
    /// <exception cref="BackupFaultException">It cannot be opened: why.</exception>
    internal BackupOpener(Stream from, string passphrase)
    {
        _from = from;
        Span<byte> octets = stackalloc byte[BackupHeader.Size];
        _header = BackupHeader.Read(octets[..from.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false)], passphrase);
    }

    /// <summary>The next part; null behind the last one, when the whole file was proved.</summary>
    /// <exception cref="BackupFaultException">The backup is cut, damaged, or longer than it was made.</exception>
    internal (string Name, ulong Length)? Next()
    {
        while (_left > 0)
        {
            Skip();
        }

        Span<byte> front = stackalloc byte[sizeof(ulong)];
        Fill(front[..sizeof(ushort)]);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(front);
        if (length == 0)
        {
            End();
            return null;
        }

        if (length > LongestName)
        {
            throw new BackupFaultException($"the backup holds a part with a name of {length} octets: it was made by another program");
        }

        Span<byte> name = stackalloc byte[length];
        Fill(name);
        Fill(front);
        _left = BinaryPrimitives.ReadUInt64LittleEndian(front);
        return (Encoding.UTF8.GetString(name), _left);
    }

    /// <summary>Octets of the part, as many as are at hand; none at its end.</summary>
    internal ReadOnlySpan<byte> Read()
    {
        if (_left == 0)
        {
            return default;
        }

        Refill();
        var length = (int)Math.Min(_left, (ulong)(_filled - _at));
        (_at, _left) = (_at + length, _left - (ulong)length);
        return _plain.AsSpan(_at - length, length);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_plain);
        _header.Dispose();
    }

    private void Skip() => Read();

    private void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            Refill();
            var length = Math.Min(destination.Length, _filled - _at);
            _plain.AsSpan(_at, length).CopyTo(destination);
            _at += length;
            destination = destination[length..];
        }
    }

    private void Refill()
    {
        while (_at == _filled)
        {
            if (_isLast)
            {
                throw new BackupFaultException("the backup ends within a part: it was made by another program");
            }

            Open();
        }
    }

    private void Open()
    {
        Span<byte> front = stackalloc byte[sizeof(uint)], nonce = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        if (_from.ReadAtLeast(front, front.Length, throwOnEndOfStream: false) < front.Length)
        {
            throw Cut();
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(front);
        var octets = length & ~Last;
        if (octets > BackupHeader.ChunkOctets || (octets < BackupHeader.ChunkOctets && (length & Last) == 0))
        {
            throw Damaged();
        }

        var whole = (int)octets + BackupHeader.TagSize;
        if (_from.ReadAtLeast(_sealed.AsSpan(0, whole), whole, throwOnEndOfStream: false) < whole)
        {
            throw Cut();
        }

        BackupHeader.Nonce(nonce, _number, length);
        try
        {
            _header.Cipher.Decrypt(nonce, _sealed.AsSpan(0, (int)octets), _sealed.AsSpan((int)octets, BackupHeader.TagSize), _plain.AsSpan(0, (int)octets), _header.Octets);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Damaged();
        }

        (_at, _filled, _number, _isLast) = (0, (int)octets, _number + 1, (length & Last) != 0);
    }

    private void End()
    {
        Span<byte> more = stackalloc byte[1];
        if (!_isLast || _at != _filled || _from.Read(more) > 0)
        {
            throw new BackupFaultException("the backup goes on behind its end: octets were added to it; take another copy of it");
        }
    }

    private BackupFaultException Cut() =>
        new(string.Create(CultureInfo.InvariantCulture, $"the backup is cut off: it ends within chunk {_number + 1}, and that is not the last one; take another copy of it"));

    private BackupFaultException Damaged() =>
        new(string.Create(CultureInfo.InvariantCulture, $"the backup is damaged in chunk {_number + 1}: octets were changed, taken out or put elsewhere; take another copy of it"));
}
