using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Drivers.Dlms.Street;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Orders;

/// <summary>Brings an image to the meter, block by block; other orders run between two blocks. What is lost with the link or the power is gone on with, in this order or in the next one.</summary>
internal sealed class FirmwareKind : IOrderKind
{
    private const int MostLosses = 5;
    private const uint KeepEvery = 64;
    private static readonly TimeSpan AfterLoss = TimeSpan.FromSeconds(30);
    private static readonly Obis Firmware = new(1, 0, 0, 2, 0, 255);

    public OrderKind Kind => OrderKind.Firmware;

    public bool LetsOthersPass => true;

    public bool OwnsMeter => true;

    public bool EndsOwner(QueuedOrder order)
    {
        try
        {
            return order.Order.Kind == OrderKind.Firmware && FirmwareOrder.Parse(order.Order.Payload) is { Aborts: true, Image.IsEmpty: true, ImageHash.IsEmpty: true };
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return false; // it is refused when its turn comes
        }
    }

    public string? Refusal(MeterOrder order) => FirmwareOrder.Parse(order.Payload) switch
    {
        { Aborts: true } abort => abort.Image.IsEmpty && abort.ImageHash.IsEmpty ? null : "an order that gives a transfer up brings no image",
        { Image.IsEmpty: true, ImageHash.IsEmpty: true } => "the image is empty",
        { ImageHash.IsEmpty: false } named when !named.Image.IsEmpty || order.Image?.Length != named.ImageOctets || !order.Image.Hash.Span.SequenceEqual(named.ImageHash.Span) =>
            "the image that the order names is not the one that is here",
        { Identification.Length: 0 or > 64 } => "an image identification has 1 to 64 octets",
        _ => null,
    };

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var firmware = FirmwareOrder.Parse(order.Payload);
        if (firmware.Aborts)
        {
            yield return await ImageAbort.RunAsync(meter, stop).ConfigureAwait(false);
            await SaveAsync(meter, null, stop).ConfigureAwait(false);
            yield break;
        }

        var later = firmware.ActivateAt is { } at && !(meter.Time.Now.Utc >= at.UtcDateTime) ? firmware.ActivateAt : null;
        firmware = firmware with { Activate = firmware.Activate || firmware.ActivateAt is not null, ActivateAt = later };
        if (later is not null && meter.Profile.Controls.ImageActivation.IsNone)
        {
            throw new MeterRefusalException($"a meter of profile {meter.Profile.Name} has no schedule that activates an image: it can be activated at once only");
        }

        if (ImageEnd.Find(meter, order) is { } ended)
        {
            yield return await FinishAsync(meter, firmware, ended.Blocks, ended.Before, stop).ConfigureAwait(false);
            yield break;
        }

        var octets = order.Image ?? new ImageOctets(firmware.Image);
        var image = new FirmwareImage(firmware.Identification, octets.Length, octets.Hash, firmware.Signature);
        var transfer = new ImageTransfer(image, Load(meter), firmware.Activate && later is null);
        var (began, losses, kept) = (meter.Clock.GetTimestamp(), 0, transfer.Progress);
        TimeSpan Now() => WholeMilliseconds.Of(meter.Clock.GetElapsedTime(began));
        string? before = null;
        byte[] block = [];
        using var place = new CastPlace(meter, image, octets);
        while (true)
        {
            var step = transfer.Next(Now());
            switch (step.Move)
            {
                case ImageMove.Done:
                    await ImageEnd.SaveAsync(meter, order, transfer.Blocks, before, stop).ConfigureAwait(false);
                    yield return await FinishAsync(meter, firmware, transfer.Blocks, before, stop).ConfigureAwait(false);
                    yield break;
                case ImageMove.Failed:
                    await SaveAsync(meter, transfer.Progress, stop).ConfigureAwait(false);
                    throw new MeterRefusalException(transfer.Fault!);
                case ImageMove.Wait or ImageMove.Reassociate:
                    if (step.Move == ImageMove.Reassociate)
                    {
                        await meter.LeaveAsync().ConfigureAwait(false);
                    }

                    place.Leave();
                    yield return new OrderStep(OrderState.Running, $"{Words(transfer)}: waiting for the meter", null, default);
                    await meter.RestAsync(step.Due - Now(), stop).ConfigureAwait(false);
                    continue;
            }

            if (!place.TryEnter())
            {
                yield return new OrderStep(OrderState.Running, $"{Words(transfer)}: other meters of the street have their turn", null, default);
                await meter.RestAsync(CastPlace.Look, stop).ConfigureAwait(false);
                continue;
            }

            if (place.Join(transfer) is { } group)
            {
                await SaveAsync(meter, kept = transfer.Progress, stop).ConfigureAwait(false);
                await meter.DropAsync().ConfigureAwait(false);
                while (!group.Done.IsCompleted)
                {
                    yield return new OrderStep(OrderState.Running, group.Words, null, default);
                    await place.WaitAsync(group, stop).ConfigureAwait(false);
                }

                place.Heard(group, transfer);
                continue;
            }

            if (step.Move == ImageMove.Send)
            {
                if (BlockOf(octets, step, ref block) is { } unread)
                {
                    await SaveAsync(meter, transfer.Progress, stop).ConfigureAwait(false);
                    yield return new OrderStep(OrderState.Failed, $"{unread}; the next order for this image goes on where it stands", null, default);
                    yield break;
                }

                step = step with { Ask = transfer.Send(block.AsSpan(0, step.Octets)) };
            }

            if (await AskAsync(meter, step.Ask!, stop).ConfigureAwait(false) is { } loss)
            {
                transfer.Lost();
                if (++losses > MostLosses)
                {
                    var isSettled = transfer.Phase != ImagePhase.Activating;
                    yield return new OrderStep(isSettled ? OrderState.Failed : OrderState.Unknown, isSettled ? $"{loss}; the next order for this image goes on where it stands" : $"the image is being activated, and {loss}", null, default);
                    yield break;
                }

                place.Leave();
                yield return new OrderStep(OrderState.Running, $"{loss}; going on in {AfterLoss.TotalSeconds:F0} s", null, default);
                for (var again = Now() + AfterLoss; again > Now();)
                {
                    await meter.RestAsync(again - Now(), stop).ConfigureAwait(false);
                    if (again > Now())
                    {
                        yield return new OrderStep(OrderState.Running, $"{loss}; going on in {(again - Now()).TotalSeconds:F0} s", null, default); // somebody came who may pass
                    }
                }

                continue;
            }

            losses = 0;
            meter.Before = before ??= await FirmwareOfAsync(meter, stop).ConfigureAwait(false);
            transfer.Take(Now());
            if (transfer.Progress.IsInitiated != kept.IsInitiated || transfer.Progress.Block >= kept.Block + KeepEvery || transfer.Progress.Block < kept.Block)
            {
                await SaveAsync(meter, kept = transfer.Progress, stop).ConfigureAwait(false);
            }

            yield return new OrderStep(OrderState.Running, Words(transfer), null, default);
        }
    }

    /// <summary>Reads the block that is to be sent; gives what is wrong, or null.</summary>
    private static string? BlockOf(IImageSource octets, in ImageStep step, ref byte[] block)
    {
        block = block.Length < step.Octets ? new byte[step.Octets] : block;
        try
        {
            octets.Read(step.Offset, block.AsSpan(0, step.Octets));
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>Runs a procedure; gives what is wrong with the link, or null.</summary>
    private static async ValueTask<string?> AskAsync(OrderMeter meter, Procedure procedure, CancellationToken stop)
    {
        try
        {
            await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(procedure, stop).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            await meter.LeaveAsync().ConfigureAwait(false);
            return e.Message;
        }
    }

    private static async ValueTask<OrderStep> FinishAsync(OrderMeter meter, FirmwareOrder firmware, uint blocks, string? before, CancellationToken stop)
    {
        await SaveAsync(meter, null, stop).ConfigureAwait(false);
        if (!firmware.Activate)
        {
            return meter.Proven(OrderState.Done, $"the image of {blocks} blocks is verified; it is not activated", $"{before ?? "unknown"}, an image waits");
        }

        if (firmware.ActivateAt is { } at)
        {
            return await ImageSchedule.PlanAsync(meter, at, stop).ConfigureAwait(false) is { } fault
                ? meter.Proven(OrderState.Partial, $"the image of {blocks} blocks is verified; {fault}", $"{before ?? "unknown"}, an image waits")
                : meter.Proven(OrderState.Done, $"the image of {blocks} blocks is verified; the meter activates it at {ImageSchedule.Text(at)}", $"{before ?? "unknown"}, an image is activated at {ImageSchedule.Text(at)}");
        }

        await meter.LeaveAsync().ConfigureAwait(false);
        var after = await FirmwareOfAsync(meter, stop).ConfigureAwait(false);
        return firmware.Firmware is { } wanted && after != wanted ? throw new MeterRefusalException($"the image is activated, and the meter tells firmware {after ?? "nothing"} where {wanted} was expected")
            : meter.Proven(OrderState.Done, $"the image is activated: firmware {before ?? "unknown"} before, {after ?? "unknown"} now", after ?? "unknown");
    }

    internal static async ValueTask<string?> FirmwareOfAsync(OrderMeter meter, CancellationToken stop)
    {
        try
        {
            var data = await (await meter.VisitAsync(stop).ConfigureAwait(false)).GetAsync(new AttributeDescriptor(1, Firmware, 2), null, stop).ConfigureAwait(false);
            return data is { Length: > 2 } text ? Encoding.ASCII.GetString(text.Span[2..]) : null;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            await meter.LeaveAsync().ConfigureAwait(false);
            return null;
        }
    }

    private static string Words(ImageTransfer transfer) => transfer.Phase switch
    {
        ImagePhase.Blocks or ImagePhase.Gaps => string.Create(CultureInfo.InvariantCulture, $"image block {transfer.Transferred}/{transfer.Blocks}"),
        ImagePhase.Verify or ImagePhase.Verifying => "the image is being verified",
        ImagePhase.Compare => "the image is verified",
        ImagePhase.Activate or ImagePhase.Activating => "the image is being activated",
        _ => "image transfer",
    };

    private static ImageProgress? Load(OrderMeter meter)
    {
        var octets = meter.Memory.Load(meter.Driver, NameOf(meter));
        if (octets.IsEmpty)
        {
            return null;
        }

        var from = new OctetReader(octets);
        return new ImageProgress(from.Octets(), from.Octets(), from.Byte() != 0, (uint)from.Number());
    }

    private static async ValueTask SaveAsync(OrderMeter meter, ImageProgress? progress, CancellationToken stop)
    {
        var to = new OctetWriter();
        if (progress is not null)
        {
            to.Octets(progress.Identification.Span);
            to.Octets(progress.Hash.Span);
            to.Byte(progress.IsInitiated ? (byte)1 : (byte)0);
            to.Number(progress.Block);
        }

        await meter.Memory.SaveAsync(meter.Driver, NameOf(meter), to.ToArray(), stop).ConfigureAwait(false);
    }

    private static string NameOf(OrderMeter meter) => $"image/{meter.Id}";
}
