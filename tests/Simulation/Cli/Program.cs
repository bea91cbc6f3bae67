using System.Runtime.InteropServices;
using Simulation.Cli;
using Simulation.HeadEnd;
using Simulation.Truth;

if (args is ["compare", ..])
{
    return Compare(args[1..]);
}

if (args is ["head-end-keys", ..])
{
    return MakeKeys(args[1..]);
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (args is ["head-end", ..])
{
    if (HeadEndOptions.TryParse(args[1..], out var headEnd) is { } fault)
    {
        Console.Error.WriteLine(fault);
        return 2;
    }

    try
    {
        return await new ScriptedHeadEnd(headEnd!.Place, Console.Out, TimeProvider.System).RunAsync(headEnd.Steps, stop.Token) ? 0 : 1;
    }
    catch (OperationCanceledException)
    {
        return 1; // it was stopped before it was through
    }
    catch (Exception e) when (e is MQTTnet.Exceptions.MqttCommunicationException or IOException or System.Security.Cryptography.CryptographicException or ArgumentException or FormatException)
    {
        Console.Error.WriteLine($"head-end: {e.Message}");
        return 1;
    }
}

var error = SimOptions.TryParse(args, out var options);
if (error is not null)
{
    Console.Error.WriteLine($"concentrator-sim: {error}");
    return 2;
}

await new Street(options, TimeProvider.System).RunAsync(Console.Out, Console.Error, stop.Token);
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static int MakeKeys(string[] arguments)
{
    if (HeadEndOptions.Pairs(arguments, ["--box", "--key-id"], out var named) is not null || !named.TryGetValue("--box", out var box))
    {
        Console.Error.WriteLine(HeadEndOptions.Usage);
        return 2;
    }

    HeadEndKeys.Write(arguments[0], box, named.GetValueOrDefault("--key-id", "hes-1"));
    return 0;
}

static int Compare(string[] arguments)
{
    if (arguments.Length is not (2 or 4) || (arguments.Length == 4 && arguments[2] != "--slot"))
    {
        Console.Error.WriteLine("concentrator-sim compare TRUTH ROWS [--slot 15m]");
        return 2;
    }

    var slot = arguments.Length == 4 ? TimeSpan.FromMinutes(int.Parse(arguments[3].TrimEnd('m'), System.Globalization.CultureInfo.InvariantCulture)) : TimeSpan.Zero;
    var comparison = new Comparison(slot);
    foreach (var line in File.ReadLines(arguments[0]).Where(line => line.Length > 0))
    {
        comparison.AddTruth(line);
    }

    foreach (var line in File.ReadLines(arguments[1]).Where(line => line.Length > 0))
    {
        comparison.AddDelivered(line);
    }

    return comparison.Judge(Console.Out) ? 0 : 1;
}
