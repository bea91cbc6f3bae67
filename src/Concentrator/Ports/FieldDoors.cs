namespace Concentrator.Ports;

/// <summary>What people and programs ask of the field, and change in it.</summary>
public sealed record FieldDoors(IMeterLife Life, IShipmentDesk Shipments, INetworkDirectory Network, IOwnershipLists Owners);
