namespace Concentrator.Cli;

/// <summary>Words and options of a command line.</summary>
/// <param name="Words">What is no option, in order.</param>
/// <param name="Options">Options by name without dashes; a switch has an empty value.</param>
/// <param name="Error">What does not fit, or null.</param>
internal sealed record Arguments(IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options, string? Error)
{
    /// <summary>Options that take a value; the others are switches.</summary>
    private static readonly HashSet<string> WithValue =
        ["config", "state", "socket", "keys", "protocol", "meter", "obis", "from", "to", "limit", "output", "purpose", "client", "key-id", "format", "what",
        "eui", "serial", "mbus", "place", "phase", "profile", "at", "args", "id", "not-before", "expires", "passphrase-file", "before"];

    private static readonly HashSet<string> Switches = ["json", "jsonl", "help", "version", "resend", "check", "watch", "probe", "wait", "bulk"];

    internal bool Has(string name) => Options.ContainsKey(name);

    internal string? this[string name] => Options.GetValueOrDefault(name);

    internal static Arguments Parse(IReadOnlyList<string> arguments)
    {
        var words = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument is "-h")
            {
                options["help"] = "";
                continue;
            }

            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                words.Add(argument);
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            if (WithValue.Contains(name))
            {
                if (equals < 0 && i + 1 == arguments.Count)
                {
                    return new Arguments(words, options, $"--{name} wants a value");
                }

                options[name] = equals < 0 ? arguments[++i] : argument[(equals + 1)..];
            }
            else if (Switches.Contains(name) && equals < 0)
            {
                options[name] = "";
            }
            else
            {
                return new Arguments(words, options, $"--{name} is no option here; see --help");
            }
        }

        return new Arguments(words, options, null);
    }
}
