using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>
/// The benchmarks without their statistics, for machines that others use too: each is called in many short runs, and the quickest counts; with it the octets one call allocates.
/// Parameters take their first value.
/// </summary>
internal static class QuickRun
{
    private const int Rounds = 400;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5), Round = TimeSpan.FromMilliseconds(2);

    internal static void Run(string filter)
    {
        Console.WriteLine($"{"benchmark",-60} {"quickest",12} {"median",12} {"allocated",12}");
        foreach (var method in typeof(QuickRun).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
        {
            if (!$"{method.DeclaringType!.FullName}.{method.Name}".Contains(filter, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var (quickest, median, allocated) = Measure(Called(Made(method.DeclaringType), method));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method.DeclaringType.Name + "." + method.Name,-60} {quickest,9:F1} ns {median,9:F1} ns {allocated,10} B"));
        }
    }

    private static object Made(Type type)
    {
        var made = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.GetCustomAttribute<ParamsAttribute>() is not null))
        {
            property.SetValue(made, property.GetCustomAttribute<ParamsAttribute>()!.Values[0]);
        }

        foreach (var setup in type.GetMethods().Where(method => method.GetCustomAttribute<GlobalSetupAttribute>() is not null))
        {
            setup.Invoke(made, null);
        }

        return made;
    }

    /// <summary>A delegate that calls it so many times: what it returns is thrown away without being boxed.</summary>
    private static Action<int> Called(object target, MethodInfo method) => method.ReturnType == typeof(void)
        ? Repeat(method.CreateDelegate<Action>(target))
        : (Action<int>)typeof(QuickRun).GetMethod(nameof(RepeatResult), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(method.ReturnType)
            .Invoke(null, [method.CreateDelegate(typeof(Func<>).MakeGenericType(method.ReturnType), target)])!;

    private static Action<int> Repeat(Action one) => times =>
    {
        for (var i = 0; i < times; i++)
        {
            one();
        }
    };

    private static Action<int> RepeatResult<T>(Func<T> one) => times =>
    {
        for (var i = 0; i < times; i++)
        {
            one();
        }
    };

    private static (double Quickest, double Median, long Allocated) Measure(Action<int> run)
    {
        var times = 1;
        var warm = Stopwatch.StartNew();
        while (warm.Elapsed < WarmUp)
        {
            var start = Stopwatch.GetTimestamp();
            run(times);
            times = Stopwatch.GetElapsedTime(start) < Round ? Math.Min(times * 2, 1 << 24) : times;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        run(times);
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / times;
        var rounds = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run(times);
            rounds[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
        }

        Array.Sort(rounds);
        return (rounds[0], rounds[Rounds / 2], allocated);
    }
}
