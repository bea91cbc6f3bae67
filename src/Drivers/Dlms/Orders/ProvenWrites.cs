using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Attributes that an order writes one after another, and that are all read back before anything is said of them.</summary>
internal sealed class ProvenWrites(OrderMeter meter)
{
    private readonly List<(AttributeDescriptor Attribute, byte[] Value)> _all = [];

    /// <summary>How many there are to be written.</summary>
    internal int Count => _all.Count;

    /// <summary>How many the meter took.</summary>
    internal int Taken { get; private set; }

    /// <summary>What the meter did not take, and why; null where it took all.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>One more.</summary>
    internal void Add(AttributeDescriptor attribute, byte[] value) => _all.Add((attribute, value));

    /// <summary>Writes until the meter refuses one.</summary>
    internal async ValueTask WriteAsync(CancellationToken stop)
    {
        foreach (var (attribute, value) in _all)
        {
            var result = await meter.WriteAsync(attribute, value, stop).ConfigureAwait(false);
            if (result != 0)
            {
                Refusal = $"the meter refuses {ModelText.OfAttribute(attribute)}: {ErrorText.OfDataAccess(result)}";
                return;
            }

            Taken++;
        }
    }

    /// <summary>What the meter holds otherwise than it was written; null where it holds all octet for octet.</summary>
    internal async ValueTask<string?> DifferenceAsync(CancellationToken stop)
    {
        var visit = await meter.VisitAsync(stop).ConfigureAwait(false);
        foreach (var (attribute, value) in _all)
        {
            // One by one: long tables come in blocks, and a list of them is more than some meters answer.
            var data = await visit.GetAsync(attribute, null, stop).ConfigureAwait(false);
            if (data is not { } read || !read.Span.SequenceEqual(value))
            {
                return data is null ? $"{ModelText.OfAttribute(attribute)} cannot be read back: {ErrorText.OfDataAccess(visit.LastError ?? 250)}" : $"{ModelText.OfAttribute(attribute)} reads back otherwise than it was written";
            }
        }

        return null;
    }
}
