using Concentrator.Ports;
using Metering.Keys;

namespace Concentrator.Shipments;

/// <summary>One meter of a shipment list.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Keys">Its keys, under the names the key ring finds them by.</param>
internal sealed record ShipmentRow(int Line, MeterFacts Facts, IReadOnlyList<(KeyName Name, ReadOnlyMemory<byte> Key)> Keys);

/// <summary>A shipment list as read: what holds in it, and what does not.</summary>
internal sealed record ShipmentList(IReadOnlyList<ShipmentRow> Rows, IReadOnlyList<ShipmentFinding> Findings);
