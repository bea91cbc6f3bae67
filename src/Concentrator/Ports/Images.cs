using Metering.Orders;

namespace Concentrator.Ports;

/// <summary>Octets of an image.</summary>
/// <param name="From">Offset of the first.</param>
/// <param name="Octets">How many.</param>
public readonly record struct OctetRange(long From, long Octets);

/// <summary>What became of a part of an image.</summary>
public enum ImageWrite : byte
{
    /// <summary>It is on the disk, or was there already.</summary>
    Taken,
    /// <summary>The same, and with it the image is there and has the hash it is named by.</summary>
    Complete,
    /// <summary>With it all octets were there, and their hash is another: the image was dropped.</summary>
    WrongHash,
    /// <summary>No image of that name is begun.</summary>
    NotBegun,
    /// <summary>It goes beyond the end of the image, or is empty.</summary>
    Outside,
    /// <summary>The image came in so many small parts that no more can be noted: it wants to be begun anew in larger ones.</summary>
    TooManyParts,
}

/// <summary>How an image stands.</summary>
/// <param name="Name">Its SHA-256 in lower-case hex, or the name of an upload whose hash is known at its end only.</param>
/// <param name="Octets">Of the whole.</param>
/// <param name="Received">Of them here.</param>
/// <param name="Missing">What is not, from the front.</param>
/// <param name="IsComplete">All octets are here, and their hash is the one it is named by.</param>
public sealed record ImageView(string Name, long Octets, long Received, IReadOnlyList<OctetRange> Missing, bool IsComplete);

/// <summary>
/// Images on the disk, each under its SHA-256. Parts come at any offset, in any order, as often as they like; what <see cref="Write"/> returned for is on the disk, whatever happens next. The oldest
/// that no open order names makes room for another.
/// </summary>
public interface IImageStore
{
    /// <summary>No larger image is taken.</summary>
    int MostOctets { get; }

    /// <summary>Begins an image by its hash; one that is begun or here goes on as it is. Gives the refusal, or null.</summary>
    /// <param name="sha256">In lower-case hex.</param>
    string? Expect(string sha256, long octets);

    /// <summary>Begins an image anew whose hash is known at its end only; what was there under the same name is dropped. Gives the refusal, or null.</summary>
    /// <param name="upload">1 to 200 characters, and no SHA-256; the same name finds it again after a restart.</param>
    string? Begin(string upload, long octets);

    /// <summary>Puts octets of an image on the disk. An image that is named by its hash is looked at with its last octet; an upload waits for <see cref="Complete"/>.</summary>
    /// <param name="name">SHA-256, or name of the upload.</param>
    /// <exception cref="IOException">The disk does not take them: nothing was taken.</exception>
    ImageWrite Write(string name, long offset, ReadOnlySpan<byte> octets);

    /// <summary>Ends an upload: its octets are the image of the SHA-256 that is given. Null, and why, where some are missing.</summary>
    /// <exception cref="IOException">The disk does not give or take them.</exception>
    string? Complete(string upload, out string? fault);

    /// <summary>How an image or an upload stands; null where none is begun.</summary>
    ImageView? Find(string name);

    /// <summary>Every image and upload, the oldest first.</summary>
    IReadOnlyList<ImageView> List();

    /// <summary>The octets of an image that is complete; null for none. They stay readable as long as an open order names the image.</summary>
    IImageSource? Open(string sha256);

    /// <summary>Drops an image or an upload; false where there is none.</summary>
    bool Drop(string name);

    /// <summary>Images that were dropped since the start because their octets had another hash; of one name.</summary>
    int WrongHashes(string sha256);

    /// <summary>Tells the name of what was begun, written to, completed or dropped. On the thread that did it: quickly.</summary>
    event Action<string>? Changed;
}
