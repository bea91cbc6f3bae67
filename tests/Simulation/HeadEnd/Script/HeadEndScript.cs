using System.Text.Json;
using Metering;
using Simulation.Scenarios;

namespace Simulation.HeadEnd.Script;

/// <summary>
/// Reads what a head-end does, one step a line, from
/// <code>
/// AFTER mqtt VERB [METER,..] [{ARGS}] [unsigned | forged | late | twice] [within TIME] [meanwhile]  -> STATE [WORDS]
/// AFTER dlms VERB [METER] [OBJECT] [last N] [as CLIENT] [by gateway | by prime-dc] [unproven] [within TIME] [meanwhile]  -> STATE [WORDS]
/// </code>
/// Lines that begin with # say something to people. Strict: what is not known is told with its line.
/// </summary>
public static class HeadEndScript
{
    private const string Mqtt = "mqtt", Dlms = "dlms", Arrow = "->";

    /// <summary>Verbs of orders, and those of the script itself: <c>wait</c> until values of a meter came.</summary>
    private static readonly string[] Orders =
    [
        "wait", "read", "write", "execute", "disconnect", "reconnect", "breaker", "limiter", "calendar", "clock", "token", "message", "load-switch", "keys", "mbus", "firmware", "resend", "meters", "cancel",
        "approve",
    ];

    private static readonly string[] OfBox = ["identity", "meters"], OfMeter = ["clock", "register", "profile", "set-in-clear"];
    private static readonly string[] States = ["accepted", "running", "done", "partial", "failed", "refused", "expired", "cancelled", "unknown"];

    /// <summary>The steps, and every fault with its place.</summary>
    public static (IReadOnlyList<HeadEndStep> Steps, IReadOnlyList<string> Faults) Read(string text, string path)
    {
        var (steps, faults) = (new List<HeadEndStep>(), new List<string>());
        var lines = text.Split('\n');
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (Step(line, number, out var step) is { } fault)
            {
                faults.Add($"{path}:{number}: {fault}");
            }
            else
            {
                steps.Add(step!);
            }
        }

        if (steps.Count == 0 && faults.Count == 0)
        {
            faults.Add($"{path}: there is no step in it");
        }

        return (steps, faults);
    }

    private static string? Step(string line, int number, out HeadEndStep? step)
    {
        step = null;
        if (!line.Contains(Arrow, StringComparison.Ordinal))
        {
            return $"how it shall end is missing: {Arrow} and one of {string.Join(", ", States)}";
        }

        if (Arguments(ref line, out var arguments) is { } wrong)
        {
            return wrong;
        }

        var arrow = line.IndexOf(Arrow, StringComparison.Ordinal);
        var (words, wanted) = (new Queue<string>(Words(line[..arrow])), line[(arrow + Arrow.Length)..].Trim().Split(' ', 2, StringSplitOptions.TrimEntries));
        if (!States.Contains(wanted[0]))
        {
            return $"\"{wanted[0]}\" is no end of a step; there are {string.Join(", ", States)}";
        }

        if (!words.TryDequeue(out var at) || !ScenarioFile.TryTime(at, out var after))
        {
            return $"\"{at}\" is no time after the start such as 20s or 1.5m";
        }

        if (!words.TryDequeue(out var door) || door is not (Mqtt or Dlms))
        {
            return $"\"{door}\" is no door; there are {Mqtt} and {Dlms}";
        }

        string[] verbs = door == Mqtt ? Orders : [.. OfBox, .. OfMeter];
        if (!words.TryDequeue(out var verb) || !verbs.Contains(verb))
        {
            return $"\"{verb}\" is no step at the door {door}; there are {string.Join(", ", verbs)}";
        }

        var read = new HeadEndStep(number, after, door, verb, [], null, arguments, new Expectation(wanted[0], wanted.Length > 1 ? wanted[1] : ""));
        return Modifiers(words, ref read) ?? Fits(read, arguments) ?? Give(read, out step);
    }

    private static string? Give(HeadEndStep read, out HeadEndStep? step)
    {
        step = read;
        return null;
    }

    private static string? Modifiers(Queue<string> words, ref HeadEndStep step)
    {
        while (words.TryDequeue(out var word))
        {
            var value = word is "within" or "last" or "as" or "by" && words.TryDequeue(out var next) ? next : "";
            HeadEndStep? known = (step.Door, word) switch
            {
                (_, "within") => ScenarioFile.TryTime(value, out var time) && time > TimeSpan.Zero ? step with { Within = time } : null,
                (_, "meanwhile") => step with { IsMeanwhile = true },
                (Mqtt, "unsigned") => step with { Flaw = OrderFlaw.Unsigned },
                (Mqtt, "forged") => step with { Flaw = OrderFlaw.Forged },
                (Mqtt, "late") => step with { Flaw = OrderFlaw.Late },
                (Mqtt, "twice") => step with { Flaw = OrderFlaw.Twice },
                (Dlms, "last") => Number(value, 1000) is { } rows ? step with { Rows = rows } : null,
                (Dlms, "as") => Number(value, 127) is { } client ? step with { Client = client } : null,
                (Dlms, "by") => value is "gateway" or "prime-dc" ? step with { IsByNumber = value == "prime-dc" } : null,
                (Dlms, "unproven") => step with { IsUnproven = true },
                (Dlms, _) when Obis.TryParse(word, out _) && word.Contains(':', StringComparison.Ordinal) => step with { Object = word },
                _ when step.Meters.Count == 0 && Meters(word) is { } meters => step with { Meters = meters },
                _ => null,
            };
            if (known is null)
            {
                return $"\"{(value.Length > 0 ? $"{word} {value}" : word)}\" is nothing that a step of the door {step.Door} knows";
            }

            step = known;
        }

        return null;
    }

    private static string? Fits(HeadEndStep step, string arguments) =>
        step.Door == Dlms && arguments != "{}" ? "args belong to orders over mqtt"
        : step.Door == Dlms && OfMeter.Contains(step.Verb) && step.Meters.Count != 1 ? $"{step.Verb} wants one meter"
        : step is { Door: Dlms, Verb: "register" or "profile" or "set-in-clear", Object: null } ? $"{step.Verb} wants a logical name such as 1-0:1.8.0*255"
        : step is { Verb: "wait", Meters.Count: 0 } ? "wait wants meters to wait for"
        : null;

    private static string[]? Meters(string word) => word.Split(',') is var names && names.All(name => MeterId.TryParse(name, out _)) ? names : null;

    private static int? Number(string text, int most) => int.TryParse(text, out var number) && number >= 1 && number <= most ? number : null;

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Takes the JSON out of a line.</summary>
    private static string? Arguments(ref string line, out string arguments)
    {
        arguments = "{}";
        var begin = line.IndexOf('{', StringComparison.Ordinal);
        if (begin < 0 || begin > line.LastIndexOf(Arrow, StringComparison.Ordinal))
        {
            return null;
        }

        var octets = System.Text.Encoding.UTF8.GetBytes(line[begin..]);
        try
        {
            var reader = new Utf8JsonReader(octets, isFinalBlock: false, default);
            reader.Read();
            if (!reader.TrySkip())
            {
                return "the args do not end";
            }

            arguments = System.Text.Encoding.UTF8.GetString(octets, 0, (int)reader.BytesConsumed);
            line = line[..begin] + System.Text.Encoding.UTF8.GetString(octets, (int)reader.BytesConsumed, octets.Length - (int)reader.BytesConsumed);
            return null;
        }
        catch (JsonException e)
        {
            return $"the args are no JSON, at their letter {e.BytePositionInLine + 1}";
        }
    }
}
