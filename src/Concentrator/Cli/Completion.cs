namespace Concentrator.Cli;

/// <summary>Completion scripts, from the table of verbs.</summary>
internal static class Completion
{
    /// <summary>The script of a shell; null for one that is not known.</summary>
    internal static string? For(string shell)
    {
        var next = CommandLine.Commands.SelectMany(command =>
        {
            var words = command.Name.Split(' ');
            return words.Select((word, index) => (Before: string.Join(' ', words.Take(index)), Word: word));
        }).Distinct().GroupBy(step => step.Before, step => step.Word).ToList();
        return shell switch
        {
            "bash" => $$"""
                _concentrator() {
                    local before="${COMP_WORDS[*]:1:COMP_CWORD-1}" words="--config --state --socket --json --jsonl --help"
                    case "$before" in
                {{string.Join('\n', next.Select(step => $"    \"{step.Key}\") words=\"{string.Join(' ', step)}\" ;;"))}}
                    esac
                    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -o default -F _concentrator concentrator
                """,
            "zsh" => $$"""
                #compdef concentrator
                local before="${words[2,CURRENT-1]}"
                case "$before" in
                {{string.Join('\n', next.Select(step => $"  \"{step.Key}\") compadd {string.Join(' ', step)} ;;"))}}
                  *) _files ;;
                esac
                """,
            "fish" => string.Join('\n', CommandLine.Commands.Select(command =>
            {
                var words = command.Name.Split(' ');
                var before = string.Join(' ', words[..^1]);
                return $"complete -c concentrator -f -n 'test \"(commandline -poc | tail -n +2 | string join \" \")\" = \"{before}\"' -a {words[^1]} -d '{command.Summary.Replace("'", "", StringComparison.Ordinal)}'";
            })),
            _ => null,
        };
    }
}
