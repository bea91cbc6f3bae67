using System.Buffers;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;

namespace Concentrator.Orders;

/// <summary>Images between the orders that name them and the disk that holds them. A head-end's parts are taken as far as an open order names their image; people who may order firmware bring what they like.</summary>
internal sealed class ImageDesk : IImageDoor
{
    private const int PartOctets = 256 * 1024;
    private readonly OrderBook _book;
    private readonly IImageStore _store;
    private readonly Func<string, IReadOnlySet<Role>> _rolesOf;
    private readonly ILedger _ledger;
    private readonly ITimeSource _time;
    private readonly AuditLimit _refusals;
    private long _taken, _dropped;

    internal ImageDesk(OrderBook book, IImageStore store, Func<string, IReadOnlySet<Role>> rolesOf, ILedger ledger, ITimeSource time, TimeProvider clock)
    {
        (_book, _store, _rolesOf, _ledger, _time, _refusals) = (book, store, rolesOf, ledger, time, new AuditLimit(clock));
        store.Changed += name =>
        {
            if (store.Find(name) is not { IsComplete: false })
            {
                book.Wake(); // somebody may wait for it
            }

            Changed?.Invoke(name);
        };
    }

    public event Action<string>? Changed;

    public (long Taken, long Dropped) Parts => (Interlocked.Read(ref _taken), Interlocked.Read(ref _dropped));

    public ImagePart Take(string sha256, long offset, ReadOnlySpan<byte> octets)
    {
        var part = _book.OpenImage(sha256) is not { } image ? ImagePart.NotOrdered
            : _store.Expect(sha256, image.Octets) is not null ? ImagePart.NoRoom
            : _store.Write(sha256, offset, octets) switch
            {
                ImageWrite.Taken or ImageWrite.Complete => ImagePart.Taken,
                ImageWrite.WrongHash => ImagePart.WrongHash,
                ImageWrite.TooManyParts => ImagePart.TooManyParts,
                _ => ImagePart.Outside,
            };
        Interlocked.Increment(ref part == ImagePart.Taken ? ref _taken : ref _dropped);
        return part;
    }

    public ImageStand? Find(string sha256)
    {
        var orders = _book.OpenWithImages();
        return _store.Find(sha256) is { } view ? Stand(view, orders) : orders.FirstOrDefault(order => order.Image!.Sha256 == sha256) is { } order ? Stand(order.Image!, orders) : null;
    }

    public IReadOnlyList<ImageStand> List()
    {
        var (orders, stored) = (_book.OpenWithImages(), _store.List());
        return
        [
            .. orders.Select(order => order.Image!).Where(image => stored.All(view => view.Name != image.Sha256)).DistinctBy(image => image.Sha256).Select(image => Stand(image, orders)),
            .. stored.Select(view => Stand(view, orders)).OrderByDescending(stand => stand.Orders.Count > 0),
        ];
    }

    public async ValueTask<ImageAnswer> PutAsync(string user, string sha256, long octets, Stream from, CancellationToken stop)
    {
        if (await DeniedAsync(user, "image put", sha256, stop).ConfigureAwait(false) is { } denied)
        {
            return denied;
        }

        if (_store.Expect(sha256, octets) is { } refusal)
        {
            return new ImageAnswer(null, refusal, octets > _store.MostOctets ? 400 : 409);
        }

        await NoteAsync(user, "image put", sha256, $"{octets} octets", stop).ConfigureAwait(false);
        var part = ArrayPool<byte>.Shared.Rent(PartOctets);
        try
        {
            for (var at = 0L; at < octets;)
            {
                var wanted = (int)Math.Min(PartOctets, octets - at);
                var read = await from.ReadAtLeastAsync(part.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, stop).ConfigureAwait(false);
                switch (read == 0 ? ImageWrite.Outside : _store.Write(sha256, at, part.AsSpan(0, read)))
                {
                    case ImageWrite.Taken or ImageWrite.Complete:
                        at += read;
                        break;
                    case ImageWrite.WrongHash:
                        return new ImageAnswer(null, $"what came has another SHA-256 than {sha256}: nothing of it is kept", 400);
                    default:
                        return new ImageAnswer(null, $"it ended after {at} of {octets} octets: what came stays", 400);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }

        return new ImageAnswer(Find(sha256), null, 200);
    }

    public async ValueTask<ImageAnswer> DropAsync(string user, string sha256, CancellationToken stop)
    {
        if (await DeniedAsync(user, "image drop", sha256, stop).ConfigureAwait(false) is { } denied)
        {
            return denied;
        }

        if (Find(sha256) is not { } stand || _store.Find(sha256) is null)
        {
            return new ImageAnswer(null, $"no image {sha256} is here", 404);
        }

        if (stand.Orders.Count > 0)
        {
            return new ImageAnswer(null, $"order {stand.Orders[0]} names it: cancel that first", 409);
        }

        await NoteAsync(user, "image drop", sha256, $"{stand.Received} of {stand.Octets} octets", stop).ConfigureAwait(false);
        _store.Drop(sha256);
        return new ImageAnswer(stand, null, 200);
    }

    /// <summary>Why an order that names this image is not taken now; accepted where it is.</summary>
    internal Verdict Judge(OrderedImage image)
    {
        if (image.Octets > _store.MostOctets)
        {
            return new Verdict(RefusalCode.Arguments, $"imageOctets wants at most {_store.MostOctets}");
        }

        if (Find(image.Sha256) is { } stand && stand.Octets != image.Octets && (stand.IsComplete || stand.Orders.Count > 0))
        {
            return new Verdict(RefusalCode.Arguments, $"the image of this hash has {stand.Octets} octets{(stand.IsComplete ? "" : $" by order {stand.Orders[0]}")}, not {image.Octets}");
        }

        try
        {
            return _store.Expect(image.Sha256, image.Octets) is { } refusal ? new Verdict(RefusalCode.Busy, refusal) : default;
        }
        catch (IOException e)
        {
            return new Verdict(RefusalCode.Busy, $"the disk does not take the image now: {e.Message}");
        }
    }

    /// <summary>An order that names an image was taken.</summary>
    internal void Ordered(OrderedImage image) => Changed?.Invoke(image.Sha256);

    /// <summary>How the image of an order stands, in a sentence and a code; null where it is here.</summary>
    internal (string Code, string Sentence)? Waiting(OrderedImage image)
    {
        try
        {
            var stand = Find(image.Sha256) ?? Stand(image, []);
            return stand.IsComplete ? null
                : (stand.WrongHashes > 0 ? "image-wrong" : "image-missing",
                    $"waits for its image: {stand.Received} of {image.Octets} octets are here{(stand.WrongHashes > 0 ? $"; what came before had another hash ({stand.WrongHashes} times)" : "")}");
        }
        catch (IOException e)
        {
            return ("image-missing", $"waits for its image: the disk does not give it ({e.Message})");
        }
    }

    /// <summary>The octets of the image of an order; null where they are not here.</summary>
    internal IImageSource? Open(OrderedImage image)
    {
        try
        {
            return _store.Open(image.Sha256);
        }
        catch (IOException)
        {
            return null; // what it waits for is told the next time it is looked at
        }
    }

    private ImageStand Stand(ImageView view, IReadOnlyList<OrderEntry> orders) => new(
        view.Name, view.Octets, view.Received, view.Missing, view.IsComplete, _store.WrongHashes(view.Name), [.. orders.Where(order => order.Image!.Sha256 == view.Name).Select(order => order.Request.Id)]);

    private ImageStand Stand(OrderedImage image, IReadOnlyList<OrderEntry> orders) => Stand(new ImageView(image.Sha256, image.Octets, 0, [new OctetRange(0, image.Octets)], false), orders);

    private async ValueTask<ImageAnswer?> DeniedAsync(string user, string what, string sha256, CancellationToken stop)
    {
        if (_rolesOf(user).Overlaps(OrderVerbs.Find("firmware")!.Roles))
        {
            return null;
        }

        var isNoted = false;
        lock (_refusals)
        {
            isNoted = _refusals.Takes();
        }

        if (isNoted)
        {
            await NoteAsync(user, what + " refused", sha256, "it takes the role security-officer", stop).ConfigureAwait(false);
        }

        return new ImageAnswer(null, $"{user} may not bring or drop images: it takes the role security-officer", 403);
    }

    private async ValueTask NoteAsync(string user, string what, string sha256, string after, CancellationToken stop) =>
        await _ledger.AppendAsync([new AuditRecord(user, what, sha256, "", after).ToRecord(_time.Now)], Urgency.Order, stop).ConfigureAwait(false);
}
