using Simulation.HeadEnd;
using Simulation.HeadEnd.Orders;
using Simulation.HeadEnd.Script;

namespace Simulation.Cli;

/// <summary>What <c>concentrator-sim head-end</c> is told.</summary>
internal sealed record HeadEndOptions(IReadOnlyList<HeadEndStep> Steps, HeadEndPlace Place)
{
    internal const string Usage = "concentrator-sim head-end SCRIPT --box ID [--mqtt URL [--ca FILE] [--certificate FILE --certificate-key FILE] --key FILE [--key-id NAME]] [--door HOST:PORT --keys FILE] [--rows FILE] [--trace FILE]\n"
        + "concentrator-sim head-end-keys DIR --box ID [--key-id NAME]";

    private static readonly string[] Known = ["--box", "--mqtt", "--ca", "--certificate", "--certificate-key", "--key", "--key-id", "--door", "--keys", "--rows", "--trace"];

    /// <summary>Reads arguments and script; an error sentence, or null.</summary>
    internal static string? TryParse(IReadOnlyList<string> arguments, out HeadEndOptions? options)
    {
        options = null;
        if (Pairs(arguments, Known, out var named) is { } fault)
        {
            return fault;
        }

        if (!named.TryGetValue("--box", out var box))
        {
            return "--box is missing: the id of the box, as in its configuration";
        }

        Uri? broker = null, door = null;
        if (named.TryGetValue("--mqtt", out var url) && !(Uri.TryCreate(url, UriKind.Absolute, out broker) && broker.Scheme is "mqtt" or "mqtts" && broker.Port > 0))
        {
            return $"--mqtt {url}: wants mqtt://HOST:PORT or mqtts://HOST:PORT";
        }

        if (named.TryGetValue("--door", out var at) && !(Uri.TryCreate("dlms://" + at, UriKind.Absolute, out door) && door.Port > 0))
        {
            return $"--door {at}: wants HOST:PORT";
        }

        foreach (var file in (string[])[arguments[0], .. named.Where(one => one.Key is "--ca" or "--certificate" or "--certificate-key" or "--key" or "--keys").Select(one => one.Value)])
        {
            if (!File.Exists(file))
            {
                return $"{file} is not there";
            }
        }

        var (steps, faults) = HeadEndScript.Read(File.ReadAllText(arguments[0]), arguments[0]);
        if (faults.Count > 0)
        {
            return string.Join('\n', faults);
        }

        var address = broker is null ? null : new BrokerAddress(broker, named.GetValueOrDefault("--ca"), named.GetValueOrDefault("--certificate"), named.GetValueOrDefault("--certificate-key"));
        options = new HeadEndOptions(steps, new HeadEndPlace(box, address, named.GetValueOrDefault("--key"), named.GetValueOrDefault("--key-id", "hes-1"), door, named.GetValueOrDefault("--keys"), named.GetValueOrDefault("--rows"), named.GetValueOrDefault("--trace")));
        return null;
    }

    /// <summary>The options behind the first argument, by name.</summary>
    internal static string? Pairs(IReadOnlyList<string> arguments, string[] known, out Dictionary<string, string> named)
    {
        named = [];
        if (arguments.Count % 2 == 0)
        {
            return Usage;
        }

        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (!known.Contains(arguments[i]))
            {
                return $"{arguments[i]} is no option; there are {string.Join(" ", known)}";
            }

            named[arguments[i]] = arguments[i + 1];
        }

        return null;
    }
}
