using Metering.Ledger;
using Metering.Orders;

namespace Drivers.Prime;

/// <summary>What a driver keeps to spare the air later: a fault of the storage costs asking once more, and no more than that.</summary>
internal static class Keeping
{
    internal static async ValueTask TryKeepAsync(this IDriverMemory memory, string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        try
        {
            await memory.SaveAsync(driver, name, octets, stop).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself.
        }
    }
}
