using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Benchmarks.LedgerBenchmarks).Assembly).Run(args);
