using System.Buffers;

namespace Concentrator.Upstream.Mqtt;

/// <summary>A message of the broker.</summary>
/// <param name="Payload">Holds for the call only.</param>
/// <param name="IsRetained">The broker kept it.</param>
/// <param name="ResponseTopic">MQTT 5: where an answer is wanted; null for nowhere.</param>
/// <param name="Correlation">MQTT 5: what goes back with it.</param>
internal readonly record struct MqttReceived(string Topic, ReadOnlySequence<byte> Payload, bool IsRetained, string? ResponseTopic, ReadOnlyMemory<byte> Correlation);
