using System.Globalization;
using Simulation.Scenarios;

namespace Simulation.Cli;

/// <summary>What <c>concentrator-sim</c> is told.</summary>
internal sealed record SimOptions
{
    private static readonly Dictionary<string, Scenario> BuiltIn = new()
    {
        ["street"] = Simulation.Scenarios.Scenario.Street, ["all"] = Simulation.Scenarios.Scenario.All, ["substation"] = Simulation.Scenarios.Scenario.Substation, ["lnap"] = Simulation.Scenarios.Scenario.Building,
    };

    internal string Scenario { get; private set; } = "street";
    internal int? Meters { get; private set; }

    /// <summary>The scenario, with the number of meters that was asked for.</summary>
    internal Scenario Plan { get; private set; } = Simulation.Scenarios.Scenario.Street;

    internal int Seed { get; private set; } = 1;
    internal double Speed { get; private set; } = 1;
    internal string? Truth { get; private set; }
    internal string? Keys { get; private set; }
    internal string? Shipment { get; private set; }
    internal string Ports { get; private set; } = ".";
    internal int? Mqtt { get; private set; }
    internal string? Replay { get; private set; }
    internal string? Rows { get; private set; }

    /// <summary>Reads arguments; an error sentence, or null.</summary>
    internal static string? TryParse(IReadOnlyList<string> arguments, out SimOptions options)
    {
        options = new SimOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 >= arguments.Count)
            {
                return $"{arguments[i]} wants a value";
            }

            var value = arguments[i + 1];
            var fits = true;
            switch (arguments[i])
            {
                case "--scenario":
                    options.Scenario = value;
                    break;
                case "--meters":
                    fits = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var meters) && meters is > 0 and <= 20_000;
                    options.Meters = meters;
                    break;
                case "--seed":
                    fits = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed);
                    options.Seed = seed;
                    break;
                case "--speed":
                    fits = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0;
                    options.Speed = speed;
                    break;
                case "--truth":
                    options.Truth = value;
                    break;
                case "--keys":
                    options.Keys = value;
                    break;
                case "--shipment":
                    options.Shipment = value;
                    break;
                case "--ports":
                    options.Ports = value;
                    break;
                case "--replay":
                    options.Replay = value;
                    break;
                case "--rows":
                    options.Rows = value;
                    break;
                case "--mqtt":
                    fits = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536;
                    options.Mqtt = port;
                    break;
                default:
                    return $"{arguments[i]} is no option; there are --scenario --meters --seed --speed --truth --keys --shipment --ports --mqtt --replay --rows, and the verbs compare, head-end and head-end-keys";
            }

            if (!fits)
            {
                return $"{arguments[i]} {value}: the value does not fit";
            }
        }

        return TakeScenario(options);
    }

    private static string? TakeScenario(SimOptions options)
    {
        if (BuiltIn.TryGetValue(options.Scenario, out var builtIn))
        {
            options.Plan = builtIn;
        }
        else if (!File.Exists(options.Scenario))
        {
            return $"scenario {options.Scenario}: there is no such file, and of the built-in ones this version has {string.Join(", ", BuiltIn.Keys)}";
        }
        else
        {
            var (scenario, faults) = ScenarioFile.Read(File.ReadAllText(options.Scenario), options.Scenario);
            if (scenario is null)
            {
                return string.Join('\n', faults);
            }

            options.Plan = scenario;
        }

        options.Plan = options.Meters is { } meters ? options.Plan.WithCount(meters) : options.Plan;
        options.Replay ??= options.Plan.Replay;
        return null;
    }
}
