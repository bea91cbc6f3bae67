using Concentrator.Settings;

namespace Concentrator.Cli;

/// <summary>The tool side of the binary: a table of verbs. Data on stdout, messages on stderr, exit codes of CONTRACTS section 2.</summary>
internal static class CommandLine
{
    internal static IReadOnlyList<Command> Commands { get; } =
    [
        new("run", "[--config FILE] [--state DIR]", "run the service until stopped", ["concentrator run --config /etc/concentrator/concentrator.toml"], ServiceVerbs.RunAsync),
        new("status", "[--json]", "how the box is, in one sentence and a table", ["concentrator status", "concentrator status --json"], ServiceVerbs.StatusAsync),
        new("meter list", "[--json]", "every meter heard or expected", ["concentrator meter list"], ServiceVerbs.MeterListAsync),
        new("meter show", "ID [--json]", "one meter", ["concentrator meter show GWI-12345678-3C-03"], ServiceVerbs.MeterShowAsync),
        new("meter read", "ID [--what registers|daily-profile|OBIS] [--from TIME] [--to TIME] [--jsonl]", "ask a meter now; what it says goes into the ledger as everything does",
            ["concentrator meter read LGZ1030655933512", "concentrator meter read LGZ1030655933512 --what load-profile --from 2026-11-23T00:00:00Z"], OrderVerbs.ReadAsync),
        new("order submit", "VERB [METER...] [--args JSON] [--from FILE] [--id ID] [--not-before TIME] [--expires TIME] [--wait] [--json]", "give an order: read, write, execute, disconnect, reconnect, breaker, clock, keys, mbus, firmware, resend, meters; --wait until it is through",
            ["concentrator order submit read LGZ1030655933512 --args '{\"what\":\"registers\"}' --wait", "concentrator order submit clock LGZ1030655933512 LGZ1030655933513"], OrderBookVerbs.SubmitAsync),
        new("order list", "[--limit N] [--json]", "orders, newest first", ["concentrator order list --limit 20"], OrderBookVerbs.ListAsync),
        new("order show", "ID [--json]", "one order, meter by meter", ["concentrator order show local-0c5d"], OrderBookVerbs.ShowAsync),
        new("order cancel", "ID", "what has not begun of an order is not begun any more", ["concentrator order cancel local-0c5d"], OrderBookVerbs.CancelAsync),
        new("order approve", "ID", "say so too, where an order waits for a second one", ["concentrator order approve hes-4711"], OrderBookVerbs.ApproveAsync),
        new("image put", "FILE [--json]", "bring an image for meters, for the security officer; an order names it by its hash, which is told", ["concentrator image put meter-2.1.bin"], ImageVerbs.PutAsync),
        new("image list", "[--json]", "images for meters that are here or that orders wait for", ["concentrator image list"], ImageVerbs.ListAsync),
        new("image drop", "SHA256", "drop an image that no open order names", ["concentrator image drop 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"], ImageVerbs.DropAsync),
        new("event list", "[--meter ID] [--limit N] [--jsonl]", "what meters' own logs said, newest first", ["concentrator event list --limit 20"], OrderVerbs.EventsAsync),
        new("meter key set", "ID [--purpose mbus] [--from FILE]", "set a key, read from stdin or a file, never from the command line",
            ["concentrator meter key set GWI-12345678-3C-03 < key.txt"], ServiceVerbs.MeterKeySetAsync),
        new("meter import", "FILE [--check] [--json]", "take in a shipment list: CSV with a header line; columns ldn, serial, eui, mbus, place, phase, profile, psk, duk, guek, gak, hls, client; --check only looks",
            ["concentrator meter import pallet-17.csv --check", "concentrator meter import pallet-17.csv"], MeterLifeVerbs.ImportAsync),
        new("meter expect", "LDN [--eui HEX] [--serial TEXT] [--mbus ID] [--place TEXT] [--phase L1] [--profile NAME] [--json]", "expect one meter, or change what is known of it",
            ["concentrator meter expect LGZ1030655933512 --eui 0080E1010203 --place ES0021000000001234AB --phase L2"], MeterLifeVerbs.ExpectAsync),
        new("meter exchange", "OLD NEW [--at TIME] [--json]", "a new meter hangs in the place of an old one; both series stay under it",
            ["concentrator meter exchange LGZ1030655933512 LGZ1030655933599", "concentrator meter exchange LGZ1030655933512 LGZ1030655933599 --at 2026-11-24T08:00:00Z"], MeterLifeVerbs.ExchangeAsync),
        new("meter retire", "METER [--json]", "a meter is none of this box any more; its readings stay", ["concentrator meter retire LGZ1030655933512"], MeterLifeVerbs.RetireAsync),
        new("net show", "[DRIVER] [--json]", "the nodes of the power line networks: tree or mesh, state, quality, last heard", ["concentrator net show", "concentrator net show plc0 --json"], NetworkVerbs.ShowAsync),
        new("net join", "[--watch] [--jsonl]", "nodes that wait, and why; --watch: who joins, leaves and moves from now on", ["concentrator net join", "concentrator net join --watch"], NetworkVerbs.JoinAsync),
        new("driver scan", "[PORT...] [--probe] [--json]", "serial ports, what is known of them and who has them; --probe asks free ones for a PLC modem; needs no service",
            ["concentrator driver scan", "concentrator driver scan /dev/ttyUSB1 --probe"], DriverVerbs.ScanAsync),
        new("driver test", "NAME [--json]", "a driver's modem, version, noise and nearest nodes", ["concentrator driver test plc0"], DriverVerbs.TestAsync),
        new("report handover", "[--json]", "one document for the day the box is handed over", ["concentrator report handover > handover.txt", "concentrator report handover --json"], HandoverVerb.RunAsync),
        new("reading query", "[--meter ID] [--obis CODE] [--from TIME] [--to TIME] [--limit N] [--jsonl]", "stored values, oldest first",
            ["concentrator reading query --meter GWI-12345678-3C-03 --limit 20", "concentrator reading query --jsonl > rows.jsonl"], ReadingVerbs.QueryAsync),
        new("reading export", "--output FILE [--format csv|jsonl] [--meter ID] [--from TIME] [--to TIME]", "stored values to a file", ["concentrator reading export --output day.csv"], ReadingVerbs.ExportAsync),
        new("frame decode", "[--protocol wmbus|mbus|dlms|auto] [--keys FILE] [--jsonl] [HEX...]", "decode frames, without a service",
            ["concentrator frame decode 2E44931578563412330333637A...", "concentrator frame decode --jsonl --keys meters.keys < frames.txt"], LocalVerbs.FrameDecodeAsync),
        new("frame tail", "[--jsonl]", "frames as they pass", ["concentrator frame tail"], ServiceVerbs.FrameTailAsync),
        new("hes test", "[NAME]", "connect to the head-end and say each step", ["concentrator hes test main"], HeadEndVerbs.TestAsync),
        new("hes status", "[--json]", "head-ends, backlog, last acknowledgement", ["concentrator hes status"], HeadEndVerbs.StatusAsync),
        new("hes dead-letters", "[NAME] [--resend] [--json]", "rows a head-end refused; --resend sends their batches again",
            ["concentrator hes dead-letters main", "concentrator hes dead-letters main --resend"], HeadEndVerbs.DeadLettersAsync),
        new("config check", "[--config FILE]", "check the configuration exactly as a start does", ["concentrator config check"], LocalVerbs.ConfigCheckAsync),
        new("config show", "[--config FILE]", "effective values and where each comes from", ["concentrator config show"], LocalVerbs.ConfigShowAsync),
        new("config schema", "", "JSON Schema of the configuration", ["concentrator config schema"], LocalVerbs.ConfigSchemaAsync),
        new("audit list", "[--limit N] [--before SEQUENCE] [--json]", "who did what, newest first; for auditors and security officers", ["concentrator audit list --limit 20", "concentrator audit list --before 184467 --json"], AuditVerb.ListAsync),
        new("ledger verify", "[--state DIR]", "read every octet of the ledger and check its chain; needs no service", ["concentrator ledger verify --state /var/lib/concentrator"], LocalVerbs.LedgerVerifyAsync),
        new("ledger stat", "[--state DIR] [--json]", "what the ledger holds", ["concentrator ledger stat"], LocalVerbs.LedgerStatAsync),
        new("backup create", "FILE [--bulk] [--passphrase-file FILE] [--json]", "the running box in one enciphered file, for the security officer; --bulk: with readings and events; the passphrase comes from standard input or a file",
            ["concentrator backup create /media/usb/dc-0001.backup < passphrase", "systemd-ask-password | concentrator backup create dc-0001.backup --bulk"], BackupVerbs.CreateAsync),
        new("backup check", "FILE [--passphrase-file FILE] [--json]", "open a backup and prove all of it; needs no service", ["concentrator backup check dc-0001.backup < passphrase"], BackupVerbs.CheckAsync),
        new("backup restore", "FILE [--state DIR] [--passphrase-file FILE] [--json]", "put a backup into an empty state directory, all of it or nothing; needs no service",
            ["concentrator backup restore dc-0001.backup --state /var/lib/concentrator < passphrase"], BackupVerbs.RestoreAsync),
        new("completion", "bash|zsh|fish", "completion script for a shell", ["concentrator completion bash > /etc/bash_completion.d/concentrator"], LocalVerbs.CompletionAsync),
        new("version", "[--json]", "version, identification of the legally relevant part, hash of the executable", ["concentrator version --json"], LocalVerbs.VersionAsync),
    ];

    internal static async Task<int> RunAsync(string[] args, CliEnvironment environment)
    {
        var arguments = Arguments.Parse(args);
        if (arguments.Error is not null)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {arguments.Error}").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        var command = Commands.Where(candidate => Begins(arguments.Words, candidate.Name)).MaxBy(candidate => candidate.Name.Length);
        if (command is null)
        {
            return await NoCommandAsync(arguments, environment).ConfigureAwait(false);
        }

        if (arguments.Has("help"))
        {
            await environment.Output.WriteLineAsync(HelpOf(command)).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        var rest = arguments with { Words = [.. arguments.Words.Skip(command.Name.Split(' ').Length)] };
        return await command.RunAsync(rest, environment).ConfigureAwait(false);
    }

    private static async Task<int> NoCommandAsync(Arguments arguments, CliEnvironment environment)
    {
        if (arguments.Words.Count == 0)
        {
            await environment.Output.WriteLineAsync(Overview()).ConfigureAwait(false);
            return arguments.Has("help") ? ExitCode.Ok : ExitCode.Usage;
        }

        var said = string.Join(' ', arguments.Words.Take(3));
        var nearest = Commands.MinBy(command => KeyCheck.Distance(command.Name, said))!;
        await environment.Errors.WriteLineAsync($"concentrator: \"{said}\" is no verb; did you mean \"{nearest.Name}\"? All verbs: concentrator --help").ConfigureAwait(false);
        return ExitCode.Usage;
    }

    private static bool Begins(IReadOnlyList<string> words, string name)
    {
        var wanted = name.Split(' ');
        return words.Count >= wanted.Length && words.Take(wanted.Length).SequenceEqual(wanted);
    }

    private static string HelpOf(Command command) =>
        $"{string.Join('\n', command.Examples.Select(example => "  " + example))}\n\n{command.Summary}\n\nusage: concentrator {command.Name} {command.Usage}";

    private static string Overview() =>
        $"  concentrator config check\n  concentrator status\n  concentrator frame decode HEX\n\nusage: concentrator VERB [--config FILE] [--state DIR] [--socket PATH]\n\n{string.Join('\n', Commands.Select(command => $"  {command.Name,-16} {command.Summary}"))}";
}
