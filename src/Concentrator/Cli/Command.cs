namespace Concentrator.Cli;

/// <summary>One verb.</summary>
/// <param name="Name">Its words.</param>
/// <param name="Usage">What follows them.</param>
/// <param name="Summary">One line.</param>
/// <param name="Examples">First in its help.</param>
/// <param name="RunAsync">Does it; gives the exit code.</param>
internal sealed record Command(string Name, string Usage, string Summary, string[] Examples, Func<Arguments, CliEnvironment, Task<int>> RunAsync);
