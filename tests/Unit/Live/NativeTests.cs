using System.Diagnostics;
using System.Text.Json;
using Concentrator.Board;
using Concentrator.Store;
using Concentrator.Store.Files;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Unit.Plan;

namespace Unit.Live;

/// <summary>The NativeAOT binaries that `build.sh publish` makes: what a box installs. arm64 runs under qemu-user.</summary>
public sealed class NativeTests
{
    private const string Question =
        "{\"hex\":\"2E4493157856341233037A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3\",\"key\":\"0102030405060708090A0B0C0D0E0F11\"}";

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void The_binary_opens_an_encrypted_telegram(string target)
    {
        var (code, output) = Run(target, Question + "\n", "frame", "decode", "--jsonl");
        Assert.Equal(0, code);
        var answer = JsonDocument.Parse(output).RootElement;
        Assert.True(answer.GetProperty("ok").GetBoolean(), output);
        Assert.Equal("28504.27", answer.GetProperty("records")[0].GetProperty("value").GetString());
    }

    [Requirement("P3")]
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void Its_legally_relevant_part_is_identified_as_that_of_this_build(string target)
    {
        var (code, output) = Run(target, "", "version", "--json");
        Assert.Equal(0, code);
        var own = typeof(Concentrator.Ports.ILedgerReader).Assembly.GetCustomAttributesData().Where(data => data.AttributeType.Name == "AssemblyMetadataAttribute")
            .Select(data => ((string)data.ConstructorArguments[0].Value!, (string?)data.ConstructorArguments[1].Value)).Single(fact => fact.Item1 == "MetrologyIdentification").Item2;
        Assert.Equal(own, JsonDocument.Parse(output).RootElement.GetProperty("metrology").GetString());
    }

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public void It_says_that_there_is_no_ledger_where_there_is_none(string target)
    {
        var (code, _) = Run(target, "", "ledger", "verify", "--state", "/nowhere");
        Assert.Equal(3, code);
    }

    [Requirement("P3")]
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public async Task It_verifies_a_ledger_and_finds_the_bit_that_was_changed(string target)
    {
        var state = Directory.CreateTempSubdirectory("native-ledger").FullName;
        try
        {
            var directory = Path.Combine(state, "ledger");
            await WriteAsync(directory);
            var (code, output) = Run(target, "", "ledger", "verify", "--state", state);
            Assert.Equal((0, true), (code, output.StartsWith("the ledger is whole", StringComparison.Ordinal)));
            var file = Directory.GetFiles(directory, "bulk-*").Single();
            var octets = await File.ReadAllBytesAsync(file);
            octets[SegmentHeader.Size + RecordHeader.Size + 3] ^= 1;
            await File.WriteAllBytesAsync(file, octets);
            Assert.Equal(9, Run(target, "", "ledger", "verify", "--state", state).Code);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task WriteAsync(string directory)
    {
        var clock = TimeProvider.System;
        var time = new SystemTime(["kernel"], clock, () => true, NullLogger.Instance);
        using var ledger = new Ledger(new LedgerOptions { SegmentOctets = 64 * 1024 }, new DiskFiles(directory), time, clock, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        for (byte i = 0; i < 20; i++)
        {
            await ledger.AppendAsync([new NewRecord(RecordType.Telegram, RecordClass.Reading, time.Now, new byte[100 + i])], Urgency.Order, CancellationToken.None);
        }

        await stop.CancelAsync();
        await running;
    }

    private static (int Code, string Output) Run(string target, string input, params string[] arguments)
    {
        var artifacts = Path.Combine(Sources.Root, "artifacts");
        var binary = Path.Combine(artifacts, "publish", target, "concentrator");
        Assert.SkipUnless(File.Exists(binary), $"{binary} is not there: ./build.sh test publishes it");
        string[] command = target == "linux-arm64" ? ["qemu-aarch64-static", "-L", Path.Combine(artifacts, "arm64-root"), binary, .. arguments] : [binary, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
