using System.Globalization;
using Concentrator.Ports;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Host;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// The image that head-ends of a door bring by image transfer (IEC 62056-6-2, class 18), one at a time: its blocks go into the store of images as they come. What is under way is remembered, and goes
/// on after a restart where the store says that it stood.
/// </summary>
internal sealed class DoorImage : IDisposable
{
    /// <summary>Octets of a block.</summary>
    internal const int BlockOctets = 1024;

    /// <summary>Octets an identifier may have: its name in the store is made of it.</summary>
    private const int MostIdentifier = 64;

    private const string Remembered = "image transfer";
    private readonly DoorOptions _options;
    private readonly IImageStore _store;
    private readonly IDriverMemory _memory;
    private readonly DoorBook _book;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile ImageTransferState? _state;

    internal DoorImage(DoorOptions options, IImageStore store, IDriverMemory memory, DoorBook book)
    {
        (_options, _store, _memory, _book) = (options, store, memory, book);
        _state = ImageTransferState.Parse(memory.Load(MemoryName, Remembered));
    }

    /// <summary>What is under way, or was brought last; null for nothing, also where the store let it go.</summary>
    internal ImageTransferState? State => _state is { } state && _store.Find(NameOf(state)) is not null ? state : null;

    /// <summary>Which blocks are here.</summary>
    internal bool[] Blocks()
    {
        if (_state is not { } state || _store.Find(NameOf(state)) is not { } view)
        {
            return [];
        }

        var blocks = new bool[state.Blocks];
        Array.Fill(blocks, true);
        foreach (var gap in view.Missing)
        {
            for (var block = gap.From / BlockOctets; block <= (gap.From + gap.Octets - 1) / BlockOctets; block++)
            {
                blocks[block] = false;
            }
        }

        return blocks;
    }

    /// <summary>Begins an image; what was under way under another name is given up. Gives an action-result.</summary>
    internal ValueTask<byte> InitiateAsync(BoxCaller who, ReadOnlyMemory<byte> identifier, long octets) => InTurnAsync(async () =>
    {
        if (identifier.Length is 0 or > MostIdentifier)
        {
            return Refuse(who, $"an identifier of {identifier.Length} octets: 1 to {MostIdentifier} are wanted");
        }

        var next = new ImageTransferState(identifier.ToArray(), octets, null);
        if (_store.Begin(UploadOf(next), octets) is { } refusal)
        {
            return Refuse(who, refusal);
        }

        if (_state is { Sha256: null } before && !before.Identifier.AsSpan().SequenceEqual(next.Identifier))
        {
            _store.Drop(UploadOf(before));
        }

        await KeepAsync(next).ConfigureAwait(false);
        _book.Tell(DoorEventKind.ImageTransfer, who.Name, string.Create(CultureInfo.InvariantCulture, $"begun: {octets} octets"), next.Text);
        return CosemObject.Success;
    });

    /// <summary>Takes a block; it is on the disk when this says so.</summary>
    internal ValueTask<byte> TakeAsync(long block, ReadOnlyMemory<byte> octets) => InTurnAsync(() => ValueTask.FromResult(
        _state is not { Sha256: null } state || block < 0 || block >= state.Blocks ? CosemObject.OtherReason
        : octets.Length != state.OctetsOf(block) ? CosemObject.TypeUnmatched
        : _store.Write(UploadOf(state), block * BlockOctets, octets.Span) switch
        {
            ImageWrite.Taken or ImageWrite.Complete => CosemObject.Success,
            _ => CosemObject.OtherReason, // the store let it go: it wants to be begun anew
        }));

    /// <summary>Looks whether all is here, and what its hash is.</summary>
    internal ValueTask<byte> VerifyAsync(BoxCaller who) => InTurnAsync(async () =>
    {
        if (_state is not { } state)
        {
            return Refuse(who, "no image was begun");
        }

        if (state.Sha256 is not null)
        {
            return _store.Find(state.Sha256) is { IsComplete: true } ? CosemObject.Success : Refuse(who, $"image {state.Sha256} is here no more");
        }

        if (_store.Complete(UploadOf(state), out var fault) is not { } hash)
        {
            return Refuse(who, fault!);
        }

        await KeepAsync(state with { Sha256 = hash }).ConfigureAwait(false);
        _book.Tell(DoorEventKind.ImageTransfer, who.Name, string.Create(CultureInfo.InvariantCulture, $"verified: {state.Octets} octets, SHA-256 {hash}"), state.Text);
        return CosemObject.Success;
    });

    /// <summary>Nothing here activates an image: that is said in the log.</summary>
    internal byte Activate(BoxCaller who) => Refuse(who, _state switch
    {
        { IsForBox: true } => "not activated: this version of the box has nothing that installs itself; it is installed as a package",
        { Sha256: { } hash } => $"not activated: an order \"firmware\" that names imageSha256 {hash} brings it to meters",
        _ => "not activated: no image was verified",
    });

    public void Dispose() => _turn.Dispose();

    private string MemoryName => "upstream." + _options.Name;

    /// <summary>Where the store has it: under its hash once that is known.</summary>
    private string NameOf(ImageTransferState state) => state.Sha256 ?? UploadOf(state);

    private string UploadOf(ImageTransferState state) => $"dlms/{_options.Name}/{Convert.ToHexString(state.Identifier)}";

    private byte Refuse(BoxCaller who, string sentence)
    {
        _book.Tell(DoorEventKind.ImageTransfer, who.Name, sentence, _state?.Text ?? "");
        return CosemObject.OtherReason;
    }

    private async ValueTask KeepAsync(ImageTransferState state)
    {
        await _memory.SaveAsync(MemoryName, Remembered, state.ToOctets(), CancellationToken.None).ConfigureAwait(false);
        _state = state;
    }

    /// <summary>One thing after another, whoever asks. A disk that does not take something is told as a failure that passes.</summary>
    private async ValueTask<byte> InTurnAsync(Func<ValueTask<byte>> work)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or StorageFaultException)
        {
            return CosemObject.TemporaryFailure;
        }
        finally
        {
            _turn.Release();
        }
    }
}
