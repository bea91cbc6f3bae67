using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Concentrator.Cli;

/// <summary>The running service, over its Unix socket.</summary>
internal sealed class ServiceClient : IDisposable
{
    private readonly string _socket;
    private readonly HttpClient _http;

    internal ServiceClient(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop).ConfigureAwait(false);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        }) { BaseAddress = new Uri("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks; what is no success becomes a <see cref="ServiceFault"/>.</summary>
    internal async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? content, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.ExpectContinue = content is StreamContent; // who refuses it says so before all of it was sent
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
            throw new ServiceFault(answer.StatusCode switch
            {
                System.Net.HttpStatusCode.NotFound => ExitCode.NotFound,
                System.Net.HttpStatusCode.Forbidden => ExitCode.Refused,
                System.Net.HttpStatusCode.ServiceUnavailable => ExitCode.Busy,
                _ => ExitCode.Failed,
            }, ErrorOf(text));
        }
        catch (HttpRequestException e)
        {
            throw new ServiceFault(ExitCode.Unreachable, $"the service is not reached at {_socket}: {e.InnerException?.Message ?? e.Message}; is it running (systemctl status concentrator), and is --state or --socket right?");
        }
    }

    /// <summary>Lines of an answer as they come.</summary>
    internal IAsyncEnumerable<string> LinesAsync(HttpMethod method, string path, CancellationToken stop) => LinesAsync(method, path, null, stop);

    /// <summary>Lines of an answer as they come.</summary>
    internal async IAsyncEnumerable<string> LinesAsync(HttpMethod method, string path, HttpContent? content, [EnumeratorCancellation] CancellationToken stop)
    {
        using var answer = await AskAsync(method, path, content, stop).ConfigureAwait(false);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        while (await reader.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            yield return line;
        }
    }

    public void Dispose() => _http.Dispose();

    private static string ErrorOf(string text)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(text);
            return document.RootElement.GetProperty("error").GetString() ?? text;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return text.Length > 0 ? text.Trim() : "the service gave no reason";
        }
    }
}

/// <summary>The service could not do it: exit code and sentence.</summary>
internal sealed class ServiceFault(int exitCode, string sentence) : Exception(sentence)
{
    internal int ExitCode { get; } = exitCode;
}
