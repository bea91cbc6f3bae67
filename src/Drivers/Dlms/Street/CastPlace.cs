using Drivers.Dlms.Orders;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Street;

/// <summary>The place of one meter among those of its street that take an image; where it has no street it is always its turn, and nothing is told to many.</summary>
internal sealed class CastPlace : IDisposable
{
    /// <summary>How often somebody who waits looks.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>After so many times what is still missing is brought to the meter alone.</summary>
    private const int MostTimes = 2;

    private readonly OrderMeter _meter;
    private readonly FirmwareImage _image;
    private readonly IImageSource _octets;
    private bool _isIn, _isComing;
    private int _times;

    internal CastPlace(OrderMeter meter, FirmwareImage image, IImageSource octets)
    {
        (_meter, _image, _octets, _isComing) = (meter, image, octets, true);
        meter.Images?.Announce(1);
    }

    /// <summary>It is its turn to be spoken with.</summary>
    internal bool TryEnter() => _isIn || _meter.Images is not { } images || (_isIn = images.TryBegin());

    /// <summary>The meter needs a while: others have their turn.</summary>
    internal void Leave()
    {
        if (_isIn)
        {
            _isIn = false;
            _meter.Images!.End();
        }
    }

    /// <summary>Waits with others where many blocks are missing; null where they are brought to the meter alone.</summary>
    internal ImageGroup? Join(ImageTransfer transfer)
    {
        if (transfer.Phase is ImagePhase.Look or ImagePhase.Enable or ImagePhase.Initiate or ImagePhase.Gaps)
        {
            return null;
        }

        var group = transfer.Phase == ImagePhase.Blocks && transfer.Missing.Count >= ImageCast.LeastBlocks && _times < MostTimes
            ? _meter.Images?.Join(_meter.Id, _meter.Profile.PreEstablished, _meter.Client, _meter.Suite, _image, _octets, transfer.BlockSize, transfer.Missing) : null;
        Arrive();
        if (group is not null)
        {
            _times++;
            Leave();
        }

        return group;
    }

    /// <summary>Waits until everything was told, or another order comes that may have to pass, or a while.</summary>
    internal async ValueTask WaitAsync(ImageGroup group, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var rest = _meter.RestAsync(Look, over.Token).AsTask();
        await Task.WhenAny(group.Done, rest).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Everything was told that will be.</summary>
    internal void Heard(ImageGroup group, ImageTransfer transfer)
    {
        _times = group.WasTold ? _times : MostTimes; // it was alone
        if (group.WasTold)
        {
            transfer.Heard();
        }
    }

    public void Dispose()
    {
        Leave();
        Arrive();
    }

    private void Arrive()
    {
        if (_isComing)
        {
            _isComing = false;
            _meter.Images?.Announce(-1);
        }
    }
}
