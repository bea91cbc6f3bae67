using Metering.Ledger;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// What is kept of the network itself: the PAN id it has beside the one that was wanted, and of its coordinator the EUI and the frame counter. Nodes refuse a coordinator whose counter went
/// back, as that of a modem that was swapped would.
/// </summary>
internal sealed class G3NetworkBook(IDriverMemory memory, string driver)
{
    private const string Name = "network";
    private const byte Format = 1;

    /// <summary>The PAN id that was wanted when the one in use was chosen.</summary>
    internal ushort WantedPanId { get; private set; }

    /// <summary>The PAN id in use; null before there is one.</summary>
    internal ushort? PanId { get; private set; }

    /// <summary>The modem that was coordinator last; null before there was one.</summary>
    internal Eui64? Coordinator { get; private set; }

    /// <summary>Its frame counter when it was kept last.</summary>
    internal uint FrameCounter { get; private set; }

    /// <summary>Reads what was kept; what cannot be read is as nothing.</summary>
    internal void Load()
    {
        var octets = memory.Load(driver, Name);
        try
        {
            var from = new OctetReader(octets);
            if (octets.IsEmpty || from.Byte() != Format)
            {
                return;
            }

            (WantedPanId, PanId, Coordinator, FrameCounter) = ((ushort)from.Number(), (ushort)from.Number(), new Eui64(from.Number()), (uint)from.Number());
        }
        catch (InvalidDataException)
        {
            (PanId, Coordinator, FrameCounter) = (null, null, 0);
        }
    }

    /// <summary>Keeps it.</summary>
    internal ValueTask KeepAsync(ushort wanted, ushort panId, Eui64 coordinator, uint counter, CancellationToken stop)
    {
        if ((WantedPanId, PanId, Coordinator, FrameCounter) == (wanted, panId, coordinator, counter))
        {
            return ValueTask.CompletedTask;
        }

        (WantedPanId, PanId, Coordinator, FrameCounter) = (wanted, panId, coordinator, counter);
        var to = new OctetWriter();
        to.Byte(Format);
        to.Number(wanted);
        to.Number(panId);
        to.Number(coordinator.Value);
        to.Number(counter);
        return memory.SaveAsync(driver, Name, to.ToArray(), stop);
    }

    /// <summary>
    /// The counter a modem has to go on from: its own, where it is the one that was there and has not gone back; else the kept one and as much as can have been sent since.
    /// </summary>
    /// <returns>Null where its own is right.</returns>
    internal uint? CounterFor(Eui64 modem, uint counter, uint jump)
    {
        var isSame = Coordinator is null || Coordinator == modem;
        var least = FrameCounter > uint.MaxValue - jump ? uint.MaxValue : FrameCounter + jump;
        return counter >= (isSame ? FrameCounter : least) ? null : least;
    }
}
