using System.Text.Json.Serialization;

namespace Concentrator.Cli.Frames;

/// <summary>One line of <c>frame decode</c>.</summary>
/// <param name="Hex">The frame.</param>
/// <param name="Key">Its key in hex, or null.</param>
/// <param name="Prior">Telegrams that must be heard first.</param>
/// <param name="Predecrypted">The body is already clear although the header says encrypted.</param>
internal sealed record FrameQuestion(string Hex, string? Key, IReadOnlyList<string>? Prior, bool Predecrypted);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FrameQuestion))]
internal sealed partial class FrameQuestionJson : JsonSerializerContext;
