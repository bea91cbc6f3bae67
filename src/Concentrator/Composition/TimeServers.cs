using Concentrator.Board;
using Concentrator.Settings;

namespace Concentrator.Composition;

/// <summary>The time servers among <c>[time] sources</c>.</summary>
internal static class TimeServers
{
    /// <summary>As they stand in the configuration, with host and port.</summary>
    internal static IEnumerable<(string Source, string Host, int Port)> Of(BoxSettings settings) => settings.TimeSources
        .Select(source => Uri.TryCreate(source, UriKind.Absolute, out var url) ? url : null).OfType<Uri>().Select(url => (url.OriginalString, url.Host, url.Port > 0 ? url.Port : NtpSource.Port));
}
