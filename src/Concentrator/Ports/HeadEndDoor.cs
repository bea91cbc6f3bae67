using Metering;
using Metering.Orders.Records;

namespace Concentrator.Ports;

/// <summary>What happened at a door that head-ends come to.</summary>
public enum DoorEventKind
{
    /// <summary>The door was opened.</summary>
    Opened = 1,
    /// <summary>Somebody came who may not, or one too many.</summary>
    ConnectionRefused,
    /// <summary>A head-end proved itself.</summary>
    Associated,
    /// <summary>Somebody did not.</summary>
    AssociationRefused,
    /// <summary>An address that failed too often is not let in for a while.</summary>
    AddressBarred,
    /// <summary>A head-end speaks with a meter through the box from now on.</summary>
    PassThroughBegan,
    /// <summary>And no more: how much it said, and a hash over all of it.</summary>
    PassThroughEnded,
    /// <summary>A head-end wanted to speak with a meter and may not.</summary>
    PassThroughRefused,
    /// <summary>A setting of the door was changed from outside.</summary>
    SettingChanged,
    /// <summary>An image was begun, verified or refused.</summary>
    ImageTransfer,
}

/// <summary>Something at a door that a person may ask about later.</summary>
/// <param name="Upstream">Name of the door in the configuration.</param>
/// <param name="Who">Client and address, as far as they are known.</param>
/// <param name="Subject">What it was about: a meter, an object, or empty.</param>
/// <param name="Before">What was there before, or empty.</param>
/// <param name="Sentence">What happened. Never a key.</param>
public sealed record DoorEvent(string Upstream, string Who, DoorEventKind What, string Subject, string Before, string Sentence)
{
    /// <summary>How often it happened since it was told last: a flood is told once a minute.</summary>
    public int Times { get; init; } = 1;
}

/// <summary>Takes what happens at doors to where it is kept; never waits, never fails.</summary>
public interface IDoorAudit
{
    /// <summary>Takes it.</summary>
    void Tell(DoorEvent happened);

    /// <summary>Takes what went through to a meter and back.</summary>
    void Passed(PassedApdus passed);
}

/// <summary>Who wants to speak with a meter through the box.</summary>
/// <param name="Upstream">Name of the door in the configuration.</param>
/// <param name="Client">Client SAP of the association on the door that proved itself.</param>
/// <param name="Session">The connection it comes over: what ends with it.</param>
/// <param name="Who">For people.</param>
/// <param name="Meter">With which meter.</param>
public sealed record PassThroughRequest(string Upstream, int Client, long Session, string Who, MeterId Meter);

/// <summary>Why a head-end may not speak with a meter now.</summary>
public enum PassThroughRefusal
{
    None,
    /// <summary>It has no right to this meter.</summary>
    NoRight,
    /// <summary>Somebody else speaks with it.</summary>
    HeldByOther,
    /// <summary>It speaks with as many meters as it may at a time, or has begun as often as it may in an hour.</summary>
    TooMany,
}

/// <summary>Rights and leases of pass-through: a meter is held by one connection, for ten minutes at most.</summary>
public interface IPassThrough
{
    /// <summary>Takes the lease of a meter, or goes on in it.</summary>
    PassThroughRefusal Hold(PassThroughRequest request);

    /// <summary>Notes an APDU of a lease, in either direction.</summary>
    void Note(PassThroughRequest request, ReadOnlySpan<byte> apdu);

    /// <summary>Lets a meter go.</summary>
    void LetGo(PassThroughRequest request, string why);
}
