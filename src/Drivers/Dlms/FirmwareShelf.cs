using System.Collections.Concurrent;
using Metering;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>
/// What meters of one kind and firmware have in common: the object list, and the scalers of their registers. Behind a power line modem a thousand of them have the same, and reading it costs
/// each as much of the medium as two days of its values. What a person sets in a meter (the columns of its profiles) is never taken from another.
/// </summary>
internal sealed class FirmwareShelf
{
    private const int Most = 64;
    private readonly ConcurrentDictionary<string, Common> _known = new();
    private readonly ConcurrentDictionary<MeterId, long> _looked = new();

    /// <summary>When a meter's firmware was last asked for, as a time stamp of the clock; null where it was not in this life.</summary>
    internal long? LookedAt(MeterId meter) => _looked.TryGetValue(meter, out var at) ? at : null;

    /// <summary>It was asked for.</summary>
    internal void Looked(MeterId meter, long at) => _looked[meter] = at;

    /// <summary>What is known of a firmware; a new entry, or none where there are too many, which only a hostile network has.</summary>
    internal Common? Of(string profile, string? firmware) => string.IsNullOrEmpty(firmware) ? null
        : _known.TryGetValue($"{profile}/{firmware}", out var common) ? common : _known.Count < Most ? _known.GetOrAdd($"{profile}/{firmware}", _ => new Common()) : null;

    /// <summary>The same in every meter of a firmware.</summary>
    internal sealed class Common
    {
        /// <summary>The object list; null before one was read.</summary>
        internal IReadOnlyList<ListedObject>? Objects { get; set; }

        /// <summary>Scaler and unit of registers.</summary>
        internal ConcurrentDictionary<(ushort, Obis), ScalerUnit> Units { get; } = [];
    }
}
