using Drivers.Ports;
using Protocols.Dlms.Push;

namespace Drivers.Dlms.Push;

/// <summary>Where pushes come in: a line, callers, or datagrams.</summary>
public abstract class PushSource
{
    /// <summary>More senders of datagrams than this are not remembered.</summary>
    private const int MostPeers = 4096;

    private PushSource()
    {
    }

    /// <summary>For people.</summary>
    internal abstract string Medium { get; }

    internal abstract Task HearAsync(PushListener listener, CancellationToken stop);

    /// <summary>One meter on a tty, or behind a serial server.</summary>
    public static PushSource OfLine(Func<CancellationToken, ValueTask<ILink>> open) => new Line(open);

    /// <summary>Meters that connect.</summary>
    /// <param name="open">Opens the door and gives who comes in.</param>
    /// <param name="most">So many at once; further ones are turned away.</param>
    public static PushSource OfCallers(Func<CancellationToken, IAsyncEnumerable<Caller>> open, int most) => new Callers(open, most);

    /// <summary>Meters that send datagrams.</summary>
    public static PushSource OfDatagrams(Func<IDatagrams> open) => new Datagrams(open);

    private sealed class Line(Func<CancellationToken, ValueTask<ILink>> open) : PushSource
    {
        internal override string Medium => "pushes on a line";

        internal override async Task HearAsync(PushListener listener, CancellationToken stop)
        {
            var link = await open(stop).ConfigureAwait(false);
            await using (link.ConfigureAwait(false))
            {
                await listener.HearLinkAsync(link, "", isOneWay: true, stop).ConfigureAwait(false);
            }

            throw new IOException("the far end closed");
        }
    }

    private sealed class Callers(Func<CancellationToken, IAsyncEnumerable<Caller>> open, int most) : PushSource
    {
        internal override string Medium => "pushes by TCP";

        internal override async Task HearAsync(PushListener listener, CancellationToken stop)
        {
            var inside = new List<Task>();
            try
            {
                await foreach (var caller in open(stop).ConfigureAwait(false))
                {
                    inside.RemoveAll(task => task.IsCompleted);
                    inside.Add(inside.Count < most ? HearAsync(listener, caller, stop) : caller.Link.DisposeAsync().AsTask());
                }
            }
            finally
            {
                await Task.WhenAll(inside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private static async Task HearAsync(PushListener listener, Caller caller, CancellationToken stop)
        {
            await using (caller.Link.ConfigureAwait(false))
            {
                try
                {
                    await listener.HearLinkAsync(caller.Link, caller.From, isOneWay: false, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // one caller went away: the door stays open
                }
            }
        }
    }

    private sealed class Datagrams(Func<IDatagrams> open) : PushSource
    {
        private readonly Dictionary<string, PushPeer> _peers = [];

        internal override string Medium => "pushes by UDP";

        internal override async Task HearAsync(PushListener listener, CancellationToken stop)
        {
            var door = open();
            await using (door.ConfigureAwait(false))
            {
                while (true)
                {
                    var datagram = await door.ReceiveAsync(stop).ConfigureAwait(false);
                    if (!_peers.TryGetValue(datagram.From, out var peer))
                    {
                        if (_peers.Count >= MostPeers)
                        {
                            _peers.Clear();
                        }

                        _peers[datagram.From] = peer = new PushPeer();
                    }

                    await listener.TakeAsync(datagram, peer, door, stop).ConfigureAwait(false);
                }
            }
        }
    }
}
