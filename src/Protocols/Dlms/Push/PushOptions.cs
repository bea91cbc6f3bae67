using Metering;
using Metering.Driver;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Blocks;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>What is known of meters that push on one port, and stands in no push.</summary>
/// <param name="Profile">What kind of meter.</param>
/// <param name="Layouts">Bodies that do not explain themselves.</param>
public sealed record PushOptions(MeterProfile Profile, IReadOnlyList<PushLayout> Layouts)
{
    /// <summary>The meter, where one is there and its pushes do not name it.</summary>
    public MeterId Meter { get; init; }

    /// <summary>The push object list (class 40, attribute 2), where pushes come without names; null for none.</summary>
    public IReadOnlyList<CaptureObject>? Objects { get; init; }

    /// <summary>Client SAP whose keys open what comes, where the framing names none or none has a key.</summary>
    public int Client { get; init; } = 1;

    /// <summary>Standard time of the zone, minutes east of UTC, for telegrams that tell summer from winter and not the zone (P1).</summary>
    public short? OffsetMinutes { get; init; }

    /// <summary>What comes is repeated every few seconds, as on a customer interface: one of each kind is kept a slot. False: every one is kept.</summary>
    public bool Repeats { get; init; }
}

/// <summary>Who is at the other end: remembered from push to push, for some name themselves in few.</summary>
public sealed class PushPeer
{
    /// <summary>The meter that was heard last; none before the first that names itself.</summary>
    public MeterId Meter { get; set; }

    /// <summary>The client SAP that is spoken to; 0 where the framing names none.</summary>
    public int Client { get; set; }

    /// <summary>Blocks of a push that is not whole yet.</summary>
    internal PushedBlocks Blocks { get; } = new();
}

/// <summary>What one push came to.</summary>
/// <param name="Events">For the intake; empty for a copy.</param>
/// <param name="Meter">Who pushed; none where that is not known.</param>
/// <param name="ContentHash">Equal for copies.</param>
/// <param name="Confirm">The notification wants to be confirmed; null where not.</param>
/// <param name="IsCopy">The same message under the same counter within a minute.</param>
public sealed record PushTaken(IReadOnlyList<DriverEvent> Events, MeterId Meter, ulong ContentHash, PushConfirm? Confirm, bool IsCopy)
{
    /// <summary>It was refused because its counter was used before.</summary>
    public bool IsReplay { get; init; }

    internal static PushTaken Of(DriverEvent.Rejected rejected) => new([rejected], rejected.Meter, rejected.Raw.ContentHash, null, false);
}

/// <summary>What a confirmation must hold.</summary>
/// <param name="Id">Of the notification.</param>
/// <param name="SecurityControl">How the notification was protected; null for not at all.</param>
/// <param name="KeyDevice">Under which name its key was found.</param>
/// <param name="Client">And for which client.</param>
public sealed record PushConfirm(LongInvokeId Id, byte? SecurityControl, string KeyDevice, int Client);
