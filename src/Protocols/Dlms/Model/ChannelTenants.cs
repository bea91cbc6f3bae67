using Metering;

namespace Protocols.Dlms.Model;

/// <summary>A device on a channel, and between which moments it was seen there.</summary>
/// <param name="InstalledAt">When it came, as far as is known: null for the first one, which was there before anybody looked.</param>
public sealed record ChannelTenant(ChannelDevice Device, DateTime FirstSeen, DateTime LastSeen, DateTime? InstalledAt)
{
    /// <summary>Through which meter it is reached.</summary>
    public Via Via(MeterId meter, int channel) => new(meter, channel, InstalledAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>
/// Who was on a channel when, as the identification told each time it was read. A row belongs to the device that was seen on both sides of it; what was captured between the last sight
/// of one device and the first of the next belongs to nobody: it is never given to the wrong one.
/// </summary>
public sealed class ChannelTenants
{
    private const int MostKept = 4;
    private readonly List<ChannelTenant> _tenants;

    /// <param name="tenants">As they were kept, oldest first.</param>
    public ChannelTenants(IEnumerable<ChannelTenant>? tenants = null) => _tenants = [.. tenants ?? []];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ChannelTenant> List => _tenants;

    /// <summary>The one who was seen last; null before anybody was.</summary>
    public ChannelTenant? Present => _tenants.Count == 0 ? null : _tenants[^1];

    /// <summary>A device was seen at a time of the meter's clock. True where it is another than before.</summary>
    public bool See(ChannelDevice device, DateTime at)
    {
        if (Present is { } present && present.Device == device)
        {
            _tenants[^1] = present with { LastSeen = at > present.LastSeen ? at : present.LastSeen };
            return false;
        }

        _tenants.Add(new ChannelTenant(device, at, at, Present is null ? null : at));
        if (_tenants.Count > MostKept)
        {
            _tenants.RemoveAt(0);
        }

        return true;
    }

    /// <summary>Whose row it is; null where nobody knows.</summary>
    /// <param name="stamp">When it was captured.</param>
    public ChannelTenant? Of(DateTime stamp)
    {
        for (var i = _tenants.Count - 1; i >= 0; i--)
        {
            var isFirst = i == 0 && _tenants[0].InstalledAt is null;
            if (stamp >= _tenants[i].FirstSeen || isFirst)
            {
                return stamp <= _tenants[i].LastSeen ? _tenants[i] : null;
            }
        }

        return null;
    }
}
