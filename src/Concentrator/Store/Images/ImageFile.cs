using System.Buffers;
using System.Security.Cryptography;
using Concentrator.Store.Files;
using Metering.Ledger;
using Metering.Orders;

namespace Concentrator.Store.Images;

/// <summary>
/// One image in one file: head, notes of the parts, octets in their place. A part is written once and never over: what comes again is passed over, so that a note holds for ever. One sync makes a
/// part and its note durable. Used under the lock of its store, but for <see cref="Read"/>.
/// </summary>
internal sealed class ImageFile : IImageSource, IDisposable
{
    private const int ReadAtOnce = 64 * 1024;
    private readonly ILedgerFile _file;
    private ImageGaps? _gaps;
    private int _parts;
    private byte[]? _hash;

    private ImageFile(ILedgerFile file, string fileName, ImageHead head, ImageGaps? gaps) => (_file, FileName, Head, _gaps) = (file, fileName, head, gaps);

    internal ImageHead Head { get; }

    /// <summary>In its directory.</summary>
    internal string FileName { get; private set; }

    /// <summary>What is not here. The first look reads the file: nothing is believed that was not looked at.</summary>
    internal ImageGaps Gaps => _gaps ??= Look();

    /// <summary>Its octets are all here, and were found to have the hash it is named by, in this life of the process.</summary>
    internal bool IsProven { get; set; }

    public int Length => Head.Octets;

    public ReadOnlyMemory<byte> Hash => _hash ??= Compute();

    /// <summary>Makes an empty one; its name is durable when this returns.</summary>
    internal static ImageFile Create(ILedgerFiles files, string fileName, ImageHead head)
    {
        files.Delete(fileName); // what a failure left there is no part of it
        var file = files.Open(fileName, create: true);
        try
        {
            file.Write(head.ToOctets(), 0);
            file.Sync();
            files.SyncDirectory();
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new ImageFile(file, fileName, head, new ImageGaps(head.Octets));
    }

    /// <summary>One that is there; null where its head was never written wholly: nobody was told of it.</summary>
    internal static ImageFile? Open(ILedgerFiles files, string fileName)
    {
        var file = files.Open(fileName, create: false);
        try
        {
            Span<byte> octets = stackalloc byte[ImageHead.Size];
            if (ImageHead.Parse(octets[..file.Read(octets, 0)]) is { } head)
            {
                return new ImageFile(file, fileName, head, null);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Puts what is missing of a range on the disk; false where no more parts can be noted.</summary>
    /// <exception cref="IOException">Nothing was taken.</exception>
    internal bool Write(int offset, ReadOnlySpan<byte> octets)
    {
        var missing = Gaps.Within(offset, octets.Length);
        if (missing.Count > Head.Parts - _parts)
        {
            return false;
        }

        Span<byte> note = stackalloc byte[ImageHead.PartSize];
        for (var i = 0; i < missing.Count; i++)
        {
            var part = octets.Slice((int)missing[i].From - offset, (int)missing[i].Octets);
            _file.Write(part, Head.ContentAt + missing[i].From);
            new PartNote(Crc32C.Compute(part), missing[i].From, missing[i].Octets).WriteTo(note);
            _file.Write(note, ImageHead.PartAt(_parts + i)); // after a failure the same place is used again: nobody was told of what stands there
        }

        if (missing.Count > 0)
        {
            _file.Sync();
            FaultPoint.Reach("image-part-synced");
            _parts += missing.Count;
            Gaps.Fill(offset, octets.Length);
        }

        return true;
    }

    public void Read(int offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + (long)destination.Length, Head.Octets, nameof(offset));
        try
        {
            if (_file.Read(destination, Head.ContentAt + offset) != destination.Length)
            {
                throw new IOException($"image {Head.Name} ends before octet {offset + destination.Length}");
            }
        }
        catch (ObjectDisposedException)
        {
            throw new IOException($"image {Head.Name} was dropped");
        }
    }

    /// <summary>Its octets are the image of a hash from now on.</summary>
    internal void Rename(ILedgerFiles files, string fileName)
    {
        files.Rename(FileName, fileName);
        FileName = fileName;
        files.SyncDirectory();
        IsProven = true;
    }

    public void Dispose() => _file.Dispose();

    private byte[] Compute()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Walk(0, Head.Octets, part => hash.AppendData(part));
        return hash.GetHashAndReset();
    }

    /// <summary>The notes that hold, whatever a kill or a power cut left.</summary>
    private ImageGaps Look()
    {
        var gaps = new ImageGaps(Head.Octets);
        var notes = new byte[Head.Parts * ImageHead.PartSize];
        var read = _file.Read(notes, ImageHead.Size) / ImageHead.PartSize;
        for (var i = 0; i < read; i++)
        {
            var octets = notes.AsSpan(i * ImageHead.PartSize, ImageHead.PartSize);
            if (PartNote.Parse(octets, Head.Octets) is { } note && CheckOf(note) == note.Check)
            {
                _parts = i + 1;
                gaps.Fill(note.From, note.Octets);
            }
        }

        return gaps;
    }

    private uint? CheckOf(PartNote note)
    {
        if (_file.Length < Head.ContentAt + note.From + note.Octets)
        {
            return null;
        }

        var check = 0u;
        Walk((int)note.From, (int)note.Octets, part => check = Crc32C.Compute(part, check));
        return check;
    }

    private delegate void PartAction(ReadOnlySpan<byte> part);

    private void Walk(int from, int octets, PartAction take)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadAtOnce);
        try
        {
            for (var at = from; at < from + octets;)
            {
                var part = buffer.AsSpan(0, Math.Min(ReadAtOnce, from + octets - at));
                Read(at, part);
                take(part);
                at += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
