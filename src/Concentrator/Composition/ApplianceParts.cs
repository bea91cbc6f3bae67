using Concentrator.Board;
using Concentrator.Ports;
using Concentrator.Settings;

namespace Concentrator.Composition;

/// <summary>What the doors for people and tools need of the running service.</summary>
internal sealed record ApplianceParts(
    BoxSettings Settings, Identity Identity, IBoxStatus Status, IMeterDirectory Meters, IReadingArchive Archive, IEventArchive Events, IOrderDesk Orders, IKeyAdministration Keys, IFrameFeed Frames,
    IReadOnlyList<IUpstream> Upstreams, FieldDoors Field, IOrderDoor Door, IAuditTrail Audit, IBoxBackup Backup, IImageDoor Images);
