namespace Concentrator.Ports;

/// <summary>What became of a part that a head-end brought.</summary>
public enum ImagePart : byte
{
    /// <summary>It is on the disk, or was there already.</summary>
    Taken,
    /// <summary>No open order names its image: nobody fills the disk with octets that nobody ordered.</summary>
    NotOrdered,
    /// <summary>It goes beyond the end of the image, or is empty.</summary>
    Outside,
    /// <summary>The parts are too small: no more can be noted.</summary>
    TooManyParts,
    /// <summary>With it the octets were all there, and had another hash: all of them are to be brought anew.</summary>
    WrongHash,
    /// <summary>There is no room for the image now.</summary>
    NoRoom,
}

/// <summary>How an image stands that is here, or that open orders name.</summary>
/// <param name="WrongHashes">Times since the start that its octets were all there and had another hash.</param>
/// <param name="Orders">Open orders that name it.</param>
public sealed record ImageStand(string Sha256, long Octets, long Received, IReadOnlyList<OctetRange> Missing, bool IsComplete, int WrongHashes, IReadOnlyList<string> Orders);

/// <summary>What is said to a person who brought or dropped an image.</summary>
/// <param name="Refusal">Why it was not done; null where it was.</param>
/// <param name="Code">HTTP's word for the refusal.</param>
public sealed record ImageAnswer(ImageStand? Image, string? Refusal, int Code);

/// <summary>Takes images for meters: parts from head-ends, whole ones from people.</summary>
public interface IImageDoor
{
    /// <summary>A part of an image that an order named. What this returned for is on the disk.</summary>
    /// <exception cref="IOException">The disk does not take it: it may come again.</exception>
    ImagePart Take(string sha256, long offset, ReadOnlySpan<byte> octets);

    /// <summary>One image; null where none of the name is here or ordered.</summary>
    ImageStand? Find(string sha256);

    /// <summary>All of them, those first that orders name.</summary>
    IReadOnlyList<ImageStand> List();

    /// <summary>An image that somebody at the local socket brings: streamed to the disk. Written down who did it.</summary>
    /// <exception cref="IOException">The disk does not take it, or what brings it ended.</exception>
    /// <exception cref="Metering.Ledger.StorageFaultException">It is not written down who brings it: nothing was taken.</exception>
    ValueTask<ImageAnswer> PutAsync(string user, string sha256, long octets, Stream from, CancellationToken stop);

    /// <summary>Somebody at the local socket drops an image that no open order names.</summary>
    ValueTask<ImageAnswer> DropAsync(string user, string sha256, CancellationToken stop);

    /// <summary>Parts that head-ends brought since the start: taken, and dropped for whatever reason.</summary>
    (long Taken, long Dropped) Parts { get; }

    /// <summary>Tells the hash of an image that stands otherwise than before. On the thread that did it: quickly.</summary>
    event Action<string>? Changed;
}
