using Concentrator.Composition;
using Concentrator.Security;
using Metering;
using Metering.Keys;
using Metering.Orders;
using Simulation.Dlms;
using Unit.Flows.Settings;

namespace Unit.Flows.Dlms;

/// <summary>The real driver as a configuration text and a keys file make it, on a wire with a simulated meter.</summary>
internal static class ConfiguredBench
{
    /// <summary>A driver whose association table holds these words.</summary>
    /// <param name="answers">Is shown every answer.</param>
    /// <param name="questions">Is shown every question.</param>
    /// <param name="client">Whom the line of the management client is for.</param>
    internal static DriverBench Of(DlmsMeterPlan plan, string association, Action<DlmsMeter>? fit = null, string kind = "idis", TimeQuality time = TimeQuality.Synchronised, List<byte[]>? answers = null, List<byte[]>? questions = null,
        int client = 1)
    {
        var directory = Directory.CreateTempSubdirectory("configured").FullName;
        var bench = new DriverBench(
            plan, time: time, keyRing: meter => new LineKeys([.. meter.KeyLines.Select(line => line.Replace("client=1 ", $"client={client} ", StringComparison.Ordinal))]),
            wire: meter => new MeterLink(meter, null) { Replacing = answer => Note(answers, answer), Asked = question => questions?.Add(question.ToArray()) },
            change: options =>
            {
                // The meter's files are there before the configuration is read.
                var outcome = SettingsTests.Load(directory, $"id = \"a\"\n[[driver]]\nname = \"feeder\"\nfamily = \"dlms\"\nport = \"tcp://192.0.2.7:4059\"\nprofile = \"{kind}\"\nassociation = {{ {association} }}");
                Assert.Empty(outcome.Faults);
                return DlmsDriverOptions.Of(outcome.Settings!.Drivers[0], options.SystemTitle);
            },
            meter: Fitted(plan, fit));
        Directory.Delete(directory, recursive: true);
        return bench;
    }

    internal static async Task<OrderStep> ReadAsync(DriverBench bench)
    {
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
        return await bench.ReadAsync(ReadOrder.Registers);
    }

    private static DlmsMeter Fitted(DlmsMeterPlan plan, Action<DlmsMeter>? fit)
    {
        var meter = new DlmsMeter(plan, () => KeyPairs.At.UtcDateTime);
        fit?.Invoke(meter);
        return meter;
    }

    private static byte[] Note(List<byte[]>? answers, byte[] answer)
    {
        answers?.Add(answer);
        return answer;
    }

    /// <summary>The keys of a keys file's lines.</summary>
    private sealed class LineKeys : IKeyRing
    {
        private readonly IReadOnlyDictionary<KeyName, byte[]> _keys;

        internal LineKeys(string[] lines)
        {
            var outcome = KeysFile.Parse(lines, "meters.keys");
            Assert.Empty(outcome.Faults);
            _keys = outcome.Keys;
        }

        public long Version => 1;

        public int Find(in KeyName name, Span<byte> destination)
        {
            if (!_keys.TryGetValue(name, out var key))
            {
                return 0;
            }

            key.CopyTo(destination);
            return key.Length;
        }
    }
}
