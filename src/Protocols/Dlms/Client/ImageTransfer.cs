using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Client;

/// <summary>
/// Transfers an image to a meter, verifies and activates it (IEC 62056-6-2, class 18), without I/O: it says what to ask next, and takes what came of it. After any loss it looks at the
/// meter's own status and goes on where that stands; it never initiates anew while the same image is in progress.
/// </summary>
/// <param name="progress">What was kept of an earlier try, or null.</param>
/// <param name="activate">Activate it when it is verified; else leave that to a schedule of the meter.</param>
public sealed class ImageTransfer(FirmwareImage image, ImageProgress? progress, bool activate)
{
    private const byte Success = 0, TemporaryFailure = 2;
    private const byte Initiated = 1, VerificationInitiated = 2, Verified = 3, VerificationFailed = 4, ActivationInitiated = 5, Activated = 6, ActivationFailed = 7;
    private const int MostSoftFailures = 20, MostRounds = 5;
    private static readonly Obis Name = new(0, 0, 44, 0, 0, 255);
    private static readonly TimeSpan Soft = TimeSpan.FromSeconds(2), PollEvery = TimeSpan.FromSeconds(5), VerifyWithin = TimeSpan.FromMinutes(30), ActivateWithin = TimeSpan.FromMinutes(30), Restarting = TimeSpan.FromSeconds(20);

    private readonly Queue<uint> _missing = new();
    private uint _blockSize, _sending;
    private int _look, _softFailures, _rounds;
    private byte _status;
    private bool _isEnabled, _reassociate;
    private Procedure? _asked;
    private TimeSpan _due, _giveUp;

    /// <summary>Where it stands.</summary>
    public ImagePhase Phase { get; private set; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Blocks of the image; 0 before the meter told its block size.</summary>
    public uint Blocks => image.BlocksOf(_blockSize);

    /// <summary>Blocks the meter has, as far as is known.</summary>
    public uint Transferred => Blocks - (uint)Math.Min(_missing.Count, Blocks);

    /// <summary>Octets of a block, as the meter told; 0 before.</summary>
    public uint BlockSize => _blockSize;

    /// <summary>The blocks that the meter has not, as far as is known.</summary>
    public IReadOnlyCollection<uint> Missing => _missing;

    /// <summary>What is to be kept.</summary>
    public ImageProgress Progress { get; private set; } = progress is not null && progress.IsOf(image) ? progress : new ImageProgress(image.Identification, image.Hash, false, 0);

    /// <summary>An attribute of the meter's image transfer object.</summary>
    public static AttributeDescriptor Attribute(sbyte number) => new(18, Name, number);

    /// <summary>image_block_transfer of a block, as it may be told to many.</summary>
    public static Procedure TellBlock(uint number, ReadOnlySpan<byte> block) => Action(2, new DataWriter().Structure(2).UInt32(number).Octets(block));

    /// <summary>Blocks were told to many, this meter among them: its bitmap says which of them it has.</summary>
    public void Heard()
    {
        if (Phase == ImagePhase.Blocks)
        {
            (_asked, Phase) = (null, ImagePhase.Gaps);
        }
    }

    /// <summary>The link was lost: whatever was asked may have been done, or not. A meter that restarts to activate loses it too.</summary>
    public void Lost()
    {
        _asked = null;
        _missing.Clear();
        (_look, _softFailures) = (0, 0);
        if (Phase is not (ImagePhase.Done or ImagePhase.Failed))
        {
            Phase = Phase is ImagePhase.Activate or ImagePhase.Activating ? ImagePhase.Activating : ImagePhase.Look;
        }
    }

    /// <summary>What to do at a moment.</summary>
    public ImageStep Next(TimeSpan now)
    {
        switch (Phase)
        {
            case ImagePhase.Done:
                return new ImageStep(ImageMove.Done);
            case ImagePhase.Failed:
                return new ImageStep(ImageMove.Failed);
        }

        if (now < _due)
        {
            var move = _reassociate ? ImageMove.Reassociate : ImageMove.Wait;
            _reassociate = false;
            return new ImageStep(move, null, _due);
        }

        if (Phase == ImagePhase.Blocks)
        {
            var (offset, octets) = image.PlaceOf(_sending = _missing.Peek(), _blockSize);
            return new ImageStep(ImageMove.Send, Offset: offset, Octets: octets);
        }

        return new ImageStep(ImageMove.Ask, _asked = Question());
    }

    /// <summary>The procedure that sends the block which is to be sent.</summary>
    public Procedure Send(ReadOnlySpan<byte> block) => _asked = TellBlock(_sending, block);

    /// <summary>Takes what came of the procedure that was asked last.</summary>
    public void Take(TimeSpan now)
    {
        switch (_asked)
        {
            case GetProcedure get:
                TakeValue(get.Attribute.Attribute, get.Result, now);
                break;
            case SetProcedure set:
                (_isEnabled, Phase) = (true, ImagePhase.Initiate);
                _ = set.Result != Success ? Fail($"the meter does not enable image transfer: {ErrorText.OfDataAccess(set.Result)}") : null;
                break;
            case ActionProcedure action:
                TakeResult(action.Result.Result, now);
                break;
        }

        _asked = null;
    }

    private Procedure Question() => Phase switch
    {
        ImagePhase.Look => new GetProcedure(Attribute(_look switch { 0 => 6, 1 => 2, _ => 5 })),
        ImagePhase.Enable => new SetProcedure(Attribute(5), new DataWriter().Boolean(true).ToArray()),
        ImagePhase.Initiate => Action(1, new DataWriter().Structure(2).Octets(image.Identification.Span).UInt32((uint)image.Octets)),
        ImagePhase.Gaps => new GetProcedure(Attribute(3)),
        ImagePhase.Verify => Action(3, new DataWriter().Int8(0)),
        ImagePhase.Compare => new GetProcedure(Attribute(7)),
        ImagePhase.Activate => Action(4, new DataWriter().Int8(0)),
        _ => new GetProcedure(Attribute(6)),
    };

    private static ActionProcedure Action(sbyte method, DataWriter parameter) => new(Attribute(method), parameter.ToArray());

    private void TakeValue(sbyte attribute, in DataResult result, TimeSpan now)
    {
        if (result.Error is TemporaryFailure)
        {
            Again(now, "the meter is busy");
            return;
        }

        if (result.Error is { } error)
        {
            Fail($"the meter does not give {ModelText.OfAttribute(Attribute(attribute))}: {ErrorText.OfDataAccess(error)}");
            return;
        }

        _softFailures = 0;
        switch (Phase)
        {
            case ImagePhase.Look:
                Look(attribute, result.Data.Span);
                break;
            case ImagePhase.Gaps:
                TakeBitmap(result.Data.Span);
                break;
            case ImagePhase.Compare:
                Compare(result.Data.Span);
                break;
            default:
                TakeStatus((byte)NumberOf(result.Data.Span), now);
                break;
        }
    }

    /// <summary>Status, block size and enabled are read; then the way on is known.</summary>
    private void Look(sbyte attribute, ReadOnlySpan<byte> data)
    {
        _ = attribute switch
        {
            6 => _status = (byte)NumberOf(data),
            2 => _blockSize = (uint)Math.Max(0, NumberOf(data)),
            _ => (uint)((_isEnabled = data is [0x03, not 0]) ? 1 : 0),
        };
        if (++_look < 3)
        {
            return;
        }

        _look = 0;
        if (_blockSize is 0 or > 65_536 || image.Octets == 0)
        {
            Fail(image.Octets == 0 ? "the image is empty" : $"the meter tells an image block size of {_blockSize} octets");
            return;
        }

        Phase = !_isEnabled ? ImagePhase.Enable : !Progress.IsInitiated ? ImagePhase.Initiate : _status switch
        {
            Initiated => ImagePhase.Gaps,
            VerificationInitiated => ImagePhase.Verifying,
            Verified => ImagePhase.Compare,
            ActivationInitiated => ImagePhase.Activating,
            Activated => ImagePhase.Done,
            _ => ImagePhase.Initiate, // the meter forgot it, or found it wrong
        };
    }

    private void TakeResult(byte result, TimeSpan now)
    {
        // Temporary failure means "not yet" of initiate and a block, and "it runs" of verify and activate.
        var isBusy = result == TemporaryFailure;
        if (isBusy && (Phase is ImagePhase.Initiate or ImagePhase.Blocks))
        {
            Again(now, $"the meter is busy with {ModelText.OfMethod(Attribute(MethodOf(Phase)))}");
            return;
        }

        if (result != Success && !isBusy)
        {
            Fail($"the meter refuses {ModelText.OfMethod(Attribute(MethodOf(Phase)))}{(Phase == ImagePhase.Blocks ? string.Create(CultureInfo.InvariantCulture, $", block {_sending} of {Blocks}") : "")}: {ErrorText.OfAction(result)}");
            return;
        }

        _softFailures = 0;
        switch (Phase)
        {
            case ImagePhase.Initiate:
                Progress = Progress with { IsInitiated = true, Block = 0 };
                FillMissing(static _ => false);
                break;
            case ImagePhase.Blocks:
                _missing.Dequeue();
                Progress = Progress with { Block = Transferred };
                Phase = _missing.Count == 0 ? ImagePhase.Gaps : ImagePhase.Blocks;
                break;
            case ImagePhase.Verify:
                (Phase, _giveUp, _due) = (ImagePhase.Verifying, now + VerifyWithin, result == TemporaryFailure ? now + PollEvery : now);
                break;
            case ImagePhase.Activate:
                (Phase, _giveUp, _due, _reassociate) = (ImagePhase.Activating, now + ActivateWithin, now + Restarting, true);
                break;
        }
    }

    private static sbyte MethodOf(ImagePhase phase) => phase switch { ImagePhase.Initiate => 1, ImagePhase.Blocks => 2, ImagePhase.Verify => 3, _ => 4 };

    /// <summary>Bit n of the bitmap, most significant first, is block n.</summary>
    private void TakeBitmap(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var item) || item.Tag != AXdrTag.BitString)
        {
            Fail("the meter tells its blocks by something else than a bit string");
            return;
        }

        var (bits, octets) = (item.Count, item.Content.ToArray());
        FillMissing(block => block < bits && (octets[block / 8] & (0x80 >> (int)(block % 8))) != 0);
        if (_missing.Count > 0 && ++_rounds > MostRounds)
        {
            Fail($"the meter still misses {_missing.Count} of {Blocks} blocks after {MostRounds} rounds");
        }
    }

    private void FillMissing(Func<uint, bool> isThere)
    {
        _missing.Clear();
        for (uint block = 0; block < Blocks; block++)
        {
            if (!isThere(block))
            {
                _missing.Enqueue(block);
            }
        }

        Progress = Progress with { Block = Transferred };
        Phase = _missing.Count == 0 ? ImagePhase.Verify : ImagePhase.Blocks;
    }

    private void TakeStatus(byte status, TimeSpan now)
    {
        _status = status;
        var isActivating = Phase == ImagePhase.Activating;
        switch (status)
        {
            case Verified when !isActivating:
                Phase = ImagePhase.Compare;
                break;
            case VerificationFailed:
                Progress = Progress with { IsInitiated = false };
                Fail("the meter verified the image and found it wrong: the next try begins anew");
                break;
            case ActivationFailed:
                Fail("the meter failed to activate the image");
                break;
            case Activated when isActivating:
                Phase = ImagePhase.Done;
                break;
            default:
                _giveUp = _giveUp == default ? now + (isActivating ? ActivateWithin : VerifyWithin) : _giveUp;
                _due = now + PollEvery;
                _ = now >= _giveUp ? Fail($"the meter is still in image transfer status {status} after {(isActivating ? ActivateWithin : VerifyWithin).TotalMinutes:F0} minutes") : null;
                break;
        }
    }

    /// <summary>What the meter is about to activate must be what was sent: size and identification, and the signature where one is known.</summary>
    private void Compare(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        reader.TryItem(out var list);
        for (var i = 0; i < list.Count && list.Tag == AXdrTag.Array; i++)
        {
            if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 3 } || !reader.TryItem(out var size) || !reader.TryItem(out var identification) || !reader.TryItem(out var signature))
            {
                break;
            }

            if (AXdrNumbers.TryInteger(size, out var octets) && octets == image.Octets && identification.Content.SequenceEqual(image.Identification.Span)
                && (image.Signature.IsEmpty || signature.Content.SequenceEqual(image.Signature.Span)))
            {
                Phase = activate ? ImagePhase.Activate : ImagePhase.Done;
                return;
            }
        }

        Fail("what the meter would activate is not the image that was sent: size, identification or signature differ");
    }

    private void Again(TimeSpan now, string sentence)
    {
        _due = now + Soft;
        _ = ++_softFailures > MostSoftFailures ? Fail($"{sentence}, and stayed so for {MostSoftFailures * Soft.TotalSeconds:F0} s") : null;
    }

    private string? Fail(string sentence)
    {
        (Phase, Fault) = (ImagePhase.Failed, sentence);
        return sentence;
    }

    private static long NumberOf(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var item) && AXdrNumbers.TryInteger(item, out var number) ? (long)number : -1;
    }
}
