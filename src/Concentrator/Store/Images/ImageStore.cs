using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Store.Files;
using Metering.Orders;

namespace Concentrator.Store.Images;

/// <summary>
/// The images of a box, one file each in a directory of their own. What a restart finds is looked at when it is asked for: no image is given out whose hash was not computed in this life of the
/// process.
/// </summary>
internal sealed class ImageStore : IImageStore, IDisposable
{
    private const string ImageEnding = ".image", UploadEnding = ".upload";
    private const int MostCounted = 256;
    private readonly ILedgerFiles _files;
    private readonly ImageLimits _limits;
    private readonly Func<string, bool> _isNeeded;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImageFile> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _wrong = new(StringComparer.Ordinal);
    private ulong _number;

    /// <param name="isNeeded">An open order names the image: it makes no room for another.</param>
    internal ImageStore(ILedgerFiles files, ImageLimits limits, Func<string, bool> isNeeded, ILogger log)
    {
        (_files, _limits, _isNeeded, _log) = (files, limits, isNeeded, log);
        foreach (var name in files.List().Where(name => name.EndsWith(ImageEnding, StringComparison.Ordinal) || name.EndsWith(UploadEnding, StringComparison.Ordinal)))
        {
            Find(name, name.EndsWith(ImageEnding, StringComparison.Ordinal));
        }
    }

    public event Action<string>? Changed;

    public int MostOctets => _limits.OctetsOfOne;

    public string? Expect(string sha256, long octets)
    {
        lock (_lock)
        {
            if (_images.TryGetValue(sha256, out var there))
            {
                if (there.Length == octets)
                {
                    return null;
                }

                if (IsComplete(there) || _isNeeded(sha256))
                {
                    return $"the image of this hash has {there.Length} octets, not {octets}";
                }
            }

            if (RefusalOf(octets) is { } refusal)
            {
                return refusal;
            }

            Make(sha256, sha256 + ImageEnding, octets);
        }

        Changed?.Invoke(sha256);
        return null;
    }

    public string? Begin(string upload, long octets)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(upload.Length is > 0 and <= ImageHead.MostName && !IsHash(upload), true, nameof(upload));
        lock (_lock)
        {
            if (RefusalOf(octets, upload) is { } refusal)
            {
                return refusal;
            }

            Make(upload, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(upload)))[..32] + UploadEnding, octets);
        }

        Changed?.Invoke(upload);
        return null;
    }

    public ImageWrite Write(string name, long offset, ReadOnlySpan<byte> octets)
    {
        ImageWrite result;
        lock (_lock)
        {
            if (!_images.TryGetValue(name, out var image))
            {
                return ImageWrite.NotBegun;
            }

            if (octets.IsEmpty || offset < 0 || offset > image.Length - octets.Length)
            {
                return ImageWrite.Outside;
            }

            if (!image.Write((int)offset, octets))
            {
                return ImageWrite.TooManyParts;
            }

            result = !IsHash(name) || image.Gaps.Octets > 0 ? ImageWrite.Taken : IsComplete(image) ? ImageWrite.Complete : ImageWrite.WrongHash;
        }

        Changed?.Invoke(name);
        return result;
    }

    public string? Complete(string upload, out string? fault)
    {
        string hash;
        lock (_lock)
        {
            fault = !_images.TryGetValue(upload, out var image) || IsHash(upload) ? "no upload of this name is begun"
                : image.Gaps.Octets > 0 ? $"{image.Gaps.Octets} of {image.Length} octets are missing, the first at {image.Gaps.All[0].From}" : null;
            if (fault is not null)
            {
                return null;
            }

            hash = Convert.ToHexStringLower(image!.Hash.Span);
            image.Rename(_files, hash + ImageEnding);
            if (_images.Remove(hash, out var same))
            {
                same.Dispose(); // its file went with the renaming
            }

            _images.Remove(upload);
            _images[hash] = image;
        }

        Changed?.Invoke(upload);
        Changed?.Invoke(hash);
        return hash;
    }

    public ImageView? Find(string name)
    {
        lock (_lock)
        {
            return _images.TryGetValue(name, out var image) ? View(name, image) : null;
        }
    }

    public IReadOnlyList<ImageView> List()
    {
        lock (_lock)
        {
            return [.. _images.OrderBy(entry => entry.Value.Head.Number).ToList().Select(entry => View(entry.Key, entry.Value))];
        }
    }

    public IImageSource? Open(string sha256)
    {
        lock (_lock)
        {
            return _images.TryGetValue(sha256, out var image) && IsHash(sha256) && IsComplete(image) ? image : null;
        }
    }

    public bool Drop(string name)
    {
        lock (_lock)
        {
            if (!_images.TryGetValue(name, out var image))
            {
                return false;
            }

            Drop(name, image);
        }

        Changed?.Invoke(name);
        return true;
    }

    public int WrongHashes(string sha256)
    {
        lock (_lock)
        {
            return _wrong.GetValueOrDefault(sha256);
        }
    }

    public void Dispose()
    {
        foreach (var image in _images.Values)
        {
            image.Dispose();
        }
    }

    /// <summary>64 lower-case hex digits.</summary>
    internal static bool IsHash(string name) => name.Length == 64 && name.All(letter => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    /// <summary>All octets are here, and have the hash; an image whose octets have another is dropped.</summary>
    private bool IsComplete(ImageFile image)
    {
        if (image.IsProven || image.Gaps.Octets > 0)
        {
            return image.IsProven;
        }

        var name = image.FileName[..^ImageEnding.Length];
        if (Convert.ToHexStringLower(image.Hash.Span) == name)
        {
            return image.IsProven = true;
        }

        if (_wrong.Count > MostCounted)
        {
            _wrong.Clear();
        }

        _wrong[name] = _wrong.GetValueOrDefault(name) + 1;
        _log.ImageWrong(name, image.Length, Convert.ToHexStringLower(image.Hash.Span));
        Drop(name, image);
        return false;
    }

    private ImageView View(string name, ImageFile image)
    {
        var isComplete = IsHash(name) && IsComplete(image);
        return new ImageView(name, image.Length, image.Length - image.Gaps.Octets, [.. image.Gaps.All], isComplete);
    }

    private void Make(string name, string fileName, long octets)
    {
        if (_images.TryGetValue(name, out var before))
        {
            Drop(name, before);
        }

        _images[name] = ImageFile.Create(_files, fileName, new ImageHead((int)octets, ++_number, name));
    }

    /// <summary>Makes room by dropping the oldest that nobody needs; says why an image is not begun all the same.</summary>
    /// <param name="instead">It goes in any case.</param>
    private string? RefusalOf(long octets, string? instead = null)
    {
        if (octets is <= 0 || octets > _limits.OctetsOfOne)
        {
            return $"an image has 1 to {_limits.OctetsOfOne} octets, not {octets}";
        }

        while (true)
        {
            var others = _images.Where(entry => entry.Key != instead).ToList();
            var isFull = _files.FreeOctets < octets + _limits.FreeFloorOctets;
            if (others.Count < _limits.Images && others.Sum(entry => (long)entry.Value.Length) + octets <= _limits.Octets && !isFull)
            {
                return null;
            }

            if (others.Where(entry => !_isNeeded(entry.Key)).OrderBy(entry => entry.Value.Head.Number).Select(entry => entry.Key).FirstOrDefault() is not { } oldest)
            {
                return isFull ? $"the disk has no room for an image of {octets} octets: {_limits.FreeFloorOctets} stay free for readings"
                    : $"there is no room for an image of {octets} octets: orders wait for {others.Count} others of {others.Sum(entry => (long)entry.Value.Length)} octets";
            }

            _log.ImageMadeRoom(oldest, _images[oldest].Length);
            Drop(oldest, _images[oldest]);
        }
    }

    private void Drop(string name, ImageFile image)
    {
        _images.Remove(name);
        image.Dispose();
        _files.Delete(image.FileName);
    }

    /// <summary>A file of the directory, at start.</summary>
    private void Find(string fileName, bool isImage)
    {
        try
        {
            if (ImageFile.Open(_files, fileName) is { } image)
            {
                _images[isImage ? fileName[..^ImageEnding.Length] : image.Head.Name] = image;
                _number = Math.Max(_number, image.Head.Number);
            }
            else
            {
                _files.Delete(fileName); // it was being made when the power went
            }
        }
        catch (IOException e)
        {
            _log.ImageNotRead(fileName, e.Message);
        }
    }
}
