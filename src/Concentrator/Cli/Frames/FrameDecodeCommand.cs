using System.Text.Json;
using Metering.Keys;

namespace Concentrator.Cli.Frames;

/// <summary>What <c>frame decode</c> is asked for.</summary>
/// <param name="Protocol">wmbus, mbus, dlms, usi or auto.</param>
/// <param name="Keys">Keys file, or null.</param>
/// <param name="JsonLines">One JSON object per input line.</param>
/// <param name="Hex">Frames as arguments; empty to read lines.</param>
internal sealed record FrameDecodeOptions(string Protocol, IKeyRing? Keys, bool JsonLines, IReadOnlyList<string> Hex);

/// <summary>
/// <c>concentrator frame decode</c>: decodes frames without a service. One answer per input line, in order, flushed; a bad or blank line gets an answer with its error and never ends
/// the run.
/// </summary>
internal static class FrameDecodeCommand
{
    internal static int Run(FrameDecodeOptions options, TextReader stdin, TextWriter stdout, TextWriter stderr)
    {
        using var decoder = new FrameDecoder(options.Protocol, options.Keys);
        var failed = 0;
        foreach (var line in options.Hex.Count > 0 ? options.Hex : Lines(stdin))
        {
            var answer = Answer(decoder, line);
            failed += answer.Error is null ? 0 : 1;
            if (options.JsonLines)
            {
                stdout.WriteLine(FrameJson.Write(answer));
            }
            else
            {
                FrameText.Write(answer, stdout);
            }

            stdout.Flush();
        }

        if (failed > 0 && !options.JsonLines)
        {
            stderr.WriteLine($"{failed} frames could not be decoded");
        }

        return failed > 0 && !options.JsonLines ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>The answer to one line; a line that is none gets an answer that says so.</summary>
    internal static FrameAnswer Answer(FrameDecoder decoder, string line)
    {
        line = line.Trim();
        if (line.Length == 0)
        {
            return FrameAnswer.Failed("the line is empty");
        }

        if (line[0] != '{')
        {
            return decoder.Decode(new FrameQuestion(line, null, [], false));
        }

        try
        {
            var question = JsonSerializer.Deserialize(line, FrameQuestionJson.Default.FrameQuestion);
            return question?.Hex is null ? FrameAnswer.Failed("the JSON line has no \"hex\"") : decoder.Decode(question);
        }
        catch (JsonException e)
        {
            return FrameAnswer.Failed($"the line is no JSON: {e.Message}");
        }
    }

    private static IEnumerable<string> Lines(TextReader from)
    {
        while (from.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
