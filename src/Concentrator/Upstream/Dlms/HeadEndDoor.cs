using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Concentrator.Ports;
using Metering.Ledger;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// A door that head-ends come to, speaking DLMS in the wrapper over TCP. Who may not come in is sent away before anything is read or taken from memory; what one connection does harms no other.
/// </summary>
internal sealed class HeadEndDoor(DoorParts parts, AlarmPush push, ILogger log) : IUpstream
{
    private const int Backlog = 64;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _inside = [];
    private readonly DoorOptions _options = parts.Options;
    private volatile string? _sentence = "not open yet";
    private long _sessions;

    /// <summary>The address it listens at; null while it does not.</summary>
    internal IPEndPoint? At { get; private set; }

    public UpstreamView View => new(
        _options.Name, $"dlms://{_options.Listen}", At is not null, _sentence ?? push.Sentence, new Dictionary<RecordClass, long>(), Interlocked.Read(ref parts.Counters.Answered), 0, 0, parts.Counters.LastAnswered);

    public IReadOnlyList<DeadLetter> DeadLetters => [];

    public int SendDeadLettersAgain() => 0;

    /// <summary>A head-end that speaks DLMS fetches rows itself.</summary>
    public bool SendAgain(ulong first, ulong last) => false;

    public async IAsyncEnumerable<UpstreamTestStep> TestAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new UpstreamTestStep("listen", At is not null, 0, _sentence ?? $"head-ends may come to {At}: {parts.Guard.Inside} are inside, {parts.Counters.RefusedConnections} were sent away");
    }

    /// <summary>Opens the door, and keeps it open until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        var pushing = push.RunAsync(stop);
        var wait = FirstWait;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var tls = _options.Certificate is null ? null : new DoorTls(_options);
                    await ListenAsync(tls, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is SocketException or InvalidDataException)
                {
                    (At, _sentence) = (null, e is InvalidDataException ? e.Message : $"{_options.Listen} cannot be listened at: {e.Message}; does another program have the port, and is the address this box's?");
                    log.DoorClosed(_options.Name, _sentence, wait.TotalSeconds);
                    await Task.Delay(wait, parts.Clock, stop).ConfigureAwait(false);
                    wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // told to stop
        }
        finally
        {
            At = null;
            await Task.WhenAll([pushing, .. Inside()]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            parts.Push.Dispose();
            parts.Image.Dispose();
        }
    }

    private async Task ListenAsync(DoorTls? tls, CancellationToken stop)
    {
        using var listener = new Socket(_options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (_options.Listen.AddressFamily == AddressFamily.InterNetworkV6)
        {
            listener.DualMode = true;
        }

        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(_options.Listen);
        listener.Listen(Backlog);
        (At, _sentence) = ((IPEndPoint)listener.LocalEndPoint!, null);
        log.DoorOpened(_options.Name, At.ToString(), tls is null ? "without TLS" : _options.Ca is null ? "with TLS" : "with TLS, for head-ends with a certificate");
        parts.Book.Tell(DoorEventKind.Opened, "", $"open at {At}");
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(stop).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.TooManyOpenSockets)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), parts.Clock, stop).ConfigureAwait(false); // one that went away while it was let in, or no room for it
                continue;
            }

            Receive(socket, tls, stop);
        }
    }

    private void Receive(Socket socket, DoorTls? tls, CancellationToken stop)
    {
        if (socket.RemoteEndPoint is not IPEndPoint remote)
        {
            socket.Dispose();
            return;
        }

        var from = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        if (!parts.Guard.LetsIn(from))
        {
            socket.Close(0);
            return;
        }

        socket.NoDelay = true;
        var serving = ServeAsync(socket, from, tls, stop);
        lock (_lock)
        {
            _inside.Add(serving);
        }

        _ = serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task serving)
    {
        lock (_lock)
        {
            _inside.Remove(serving);
        }
    }

    private Task[] Inside()
    {
        lock (_lock)
        {
            return [.. _inside];
        }
    }

    private async Task ServeAsync(Socket socket, IPAddress from, DoorTls? tls, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the door goes on letting in
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is not null)
            {
                using var late = new CancellationTokenSource(_options.GreetWithin, parts.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
                stream = await tls.GreetAsync(stream, either.Token).ConfigureAwait(false);
            }

            var connection = new HeadEndConnection(stream, from, Interlocked.Increment(ref _sessions), parts);
            await using (connection.ConfigureAwait(false))
            {
                await connection.RunAsync(stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            DoorCounters.Count(ref parts.Counters.RefusedConnections);
            parts.Book.Tell(DoorEventKind.ConnectionRefused, from.ToString(), $"the TLS handshake failed: {e.Message}");
        }
        catch (Exception e)
        {
            log.DoorFault(_options.Name, from.ToString(), e); // a fault of ours costs its connection, never the door
        }
        finally
        {
            socket.Dispose();
            parts.Guard.Leave(from);
        }
    }
}
