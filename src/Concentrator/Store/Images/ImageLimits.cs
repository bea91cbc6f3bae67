namespace Concentrator.Store.Images;

/// <summary>How much of the disk images may take.</summary>
internal sealed record ImageLimits
{
    /// <summary>Octets of one image.</summary>
    public int OctetsOfOne { get; init; } = 16 * 1024 * 1024;

    /// <summary>Octets of all of them.</summary>
    public long Octets { get; init; } = 128L * 1024 * 1024;

    /// <summary>How many there are at once, uploads among them.</summary>
    public int Images { get; init; } = 16;

    /// <summary>Octets of the file system that stay free. More than the ledger's own floor: no reading is dropped for an image.</summary>
    public long FreeFloorOctets { get; init; } = 128L * 1024 * 1024;
}
