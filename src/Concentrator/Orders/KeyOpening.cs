using System.Security.Cryptography;
using System.Runtime.InteropServices;
using Concentrator.Security.Sealed;
using Metering;

namespace Concentrator.Orders;

/// <summary>Opens what orders bring sealed, for as long as it is needed: the book keeps it sealed.</summary>
/// <param name="box">Id of the box.</param>
/// <param name="key">The box's own key of now.</param>
internal sealed class KeyOpening(string box, Func<BoxKey> key)
{
    /// <summary>Whether everything opens here: null, or what does not.</summary>
    internal string? Fault(SealedKeys keys)
    {
        foreach (var meter in keys.Keys.Select(one => one.Meter).Distinct())
        {
            if (Open(keys, meter, out var fault) is not { } payload)
            {
                return fault;
            }

            Wipe(payload);
        }

        return null;
    }

    /// <summary>What the driver is given for a meter: keys in clear. Null and why not.</summary>
    internal byte[]? Open(SealedKeys keys, MeterId meter, out string? fault) => keys.Open(meter, key(), box, out fault);

    /// <summary>Takes it out of memory.</summary>
    internal static void Wipe(ReadOnlyMemory<byte> payload) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(payload).Span);
}
