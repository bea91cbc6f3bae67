using Metering;

namespace Concentrator.Ports;

/// <summary>Which box reads a meter, by the head-end's word.</summary>
public interface IOwnership
{
    /// <summary>True for a meter that the head-end gave to another box: it is not asked, and reported as heard elsewhere.</summary>
    bool IsOwnedElsewhere(MeterId meter, out string box);
}

/// <summary>The ownership list as it stands.</summary>
/// <param name="Version">Of the list in force; null before the first.</param>
/// <param name="IssuedAt">When the head-end wrote it.</param>
/// <param name="KeyId">Who signed it.</param>
/// <param name="Meters">Meters it names.</param>
/// <param name="Elsewhere">Of these, how many another box reads.</param>
/// <param name="Accepted">Lists taken since the service began.</param>
/// <param name="Refused">Lists refused since.</param>
/// <param name="Refusal">Why the last one was refused; null where none was.</param>
public sealed record OwnershipView(long? Version, string? IssuedAt, string? KeyId, int Meters, int Elsewhere, long Accepted, long Refused, string? Refusal);

/// <summary>Takes ownership lists from head-ends.</summary>
public interface IOwnershipLists : IOwnership
{
    /// <summary>As it stands.</summary>
    OwnershipView View { get; }

    /// <summary>Judges a list as it came; where it holds it is durable when this returns.</summary>
    /// <param name="upstream">The head-end it came from.</param>
    ValueTask TakeAsync(string upstream, ReadOnlyMemory<byte> body, CancellationToken stop);
}
