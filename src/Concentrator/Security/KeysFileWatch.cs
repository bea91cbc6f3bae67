using Metering.Keys;

namespace Concentrator.Security;

/// <summary>Reads the keys file in place, and again when it changes.</summary>
internal sealed class KeysFileWatch(string path, Action<IReadOnlyDictionary<KeyName, byte[]>> take, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private (DateTime Written, long Length) _seen;

    /// <summary>Reads it now where it changed. A file that cannot be read leaves the keys as they are.</summary>
    internal void Look()
    {
        try
        {
            var file = new FileInfo(path);
            var now = (file.LastWriteTimeUtc, file.Length);
            if (now == _seen)
            {
                return;
            }

            var outcome = KeysFile.Read(path);
            _seen = now;
            foreach (var fault in outcome.Faults)
            {
                log.KeysFileFault(fault);
            }

            take(outcome.Keys);
            log.KeysFileRead(path, outcome.Keys.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_seen != default)
            {
                log.KeysFileFault($"{path}: {e.Message}; the keys read before stay in use");
                _seen = default;
            }
        }
    }

    internal async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Look();
        }
    }
}
