using BenchmarkDotNet.Running;
using Benchmarks;

if (args is ["--quick", ..])
{
    QuickRun.Run(args.Length > 1 ? args[1] : "");
    return;
}

if (args is ["--turnaround"])
{
    await TurnaroundRun.RunAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(LedgerBenchmarks).Assembly).Run(args);
