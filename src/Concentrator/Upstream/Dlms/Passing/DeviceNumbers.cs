using Metering;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>The numbers under which head-ends of the PRIME DC wrapper know meters, in the place of the logical device: the same for a meter as long as the service runs.</summary>
internal sealed class DeviceNumbers
{
    /// <summary>Below it are the logical devices of the box and the stations that mean all (007F).</summary>
    internal const ushort First = 0x0100;

    private readonly Lock _lock = new();
    private readonly Dictionary<MeterId, ushort> _numbers = [];
    private readonly List<MeterId> _meters = [];

    /// <summary>The number of a meter; null where none is left.</summary>
    internal ushort? Of(MeterId meter)
    {
        lock (_lock)
        {
            if (_numbers.TryGetValue(meter, out var known))
            {
                return known;
            }

            if (_meters.Count > ushort.MaxValue - First)
            {
                return null;
            }

            _meters.Add(meter);
            return _numbers[meter] = (ushort)(First + _meters.Count - 1);
        }
    }

    /// <summary>The meter of a number; none where nobody has it.</summary>
    internal MeterId Find(ushort number)
    {
        lock (_lock)
        {
            return number >= First && number - First < _meters.Count ? _meters[number - First] : default;
        }
    }
}
