using System.Text.Json.Serialization;
using Concentrator.Cli.Scan;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Answer of <c>driver test</c>.</summary>
internal sealed record DriverTestShape(bool Listens, DriverShape Driver, NetworkShape? Network);

/// <summary>Documents that tools put together themselves, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<SerialPortShape>))]
[JsonSerializable(typeof(DriverTestShape))]
[JsonSerializable(typeof(HandoverShape))]
internal sealed partial class CliJson : JsonSerializerContext;
