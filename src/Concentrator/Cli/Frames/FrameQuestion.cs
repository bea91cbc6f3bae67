using System.Text.Json.Serialization;

namespace Concentrator.Cli.Frames;

/// <summary>One line of <c>frame decode</c>.</summary>
/// <param name="Hex">The frame.</param>
/// <param name="Key">Its key in hex, or null.</param>
/// <param name="Prior">Telegrams that must be heard first.</param>
/// <param name="Predecrypted">The body is already clear although the header says encrypted.</param>
/// <param name="Guek">DLMS: global unicast encryption key in hex.</param>
/// <param name="Gak">DLMS: authentication key in hex.</param>
/// <param name="Dedicated">DLMS: dedicated key in hex.</param>
/// <param name="SystemTitle">DLMS: the sender's system title in hex, where the APDU does not tell it.</param>
internal sealed record FrameQuestion(
    string Hex, string? Key, IReadOnlyList<string>? Prior, bool Predecrypted, string? Guek = null, string? Gak = null, string? Dedicated = null, string? SystemTitle = null);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FrameQuestion))]
internal sealed partial class FrameQuestionJson : JsonSerializerContext;
