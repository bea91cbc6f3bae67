using Metering;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Channels;

/// <summary>Who was on the M-Bus channels of one meter when, kept across restarts.</summary>
internal sealed class ChannelBook(MeterId meter)
{
    private const byte Format = 1;

    /// <summary>A device that was seen again is written down no oftener: a kill makes the doubt at its next exchange an hour longer, and loses nothing.</summary>
    private static readonly TimeSpan KeepEvery = TimeSpan.FromHours(1);

    private readonly Dictionary<int, ChannelTenants> _channels = [];
    private readonly Dictionary<int, DateTime> _kept = [];
    private bool _changed;

    /// <summary>Whose channels they are.</summary>
    internal MeterId Meter => meter;

    /// <summary>The devices of a channel.</summary>
    internal ChannelTenants this[int channel] => _channels.TryGetValue(channel, out var known) ? known : _channels[channel] = new ChannelTenants();

    /// <summary>A device was seen on a channel.</summary>
    internal void See(int channel, ChannelDevice device, DateTime at)
    {
        _changed |= this[channel].See(device, at) || !_kept.TryGetValue(channel, out var kept) || at - kept >= KeepEvery;
    }

    internal static ChannelBook Load(IDriverMemory memory, string driver, MeterId meter)
    {
        var book = new ChannelBook(meter);
        var octets = memory.Load(driver, NameOf(meter));
        if (octets.IsEmpty || octets.Span[0] != Format)
        {
            return book;
        }

        var from = new OctetReader(octets);
        from.Byte();
        for (var channels = from.Count(); channels > 0; channels--)
        {
            var channel = (int)from.Number();
            var tenants = new ChannelTenant[from.Count()];
            for (var i = 0; i < tenants.Length; i++)
            {
                var device = new ChannelDevice((uint)from.Number(), (ushort)from.Number(), from.Byte(), from.Byte());
                tenants[i] = new ChannelTenant(device, Time(from.Signed()), Time(from.Signed()), from.Signed() is > 0 and var at ? Time(at) : null);
            }

            book._channels[channel] = new ChannelTenants(tenants);
            book._kept[channel] = tenants.Length > 0 ? tenants[^1].LastSeen : default;
        }

        return book;
    }

    internal async ValueTask SaveAsync(IDriverMemory memory, string driver, CancellationToken stop)
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        var to = new OctetWriter();
        to.Byte(Format);
        to.Number((ulong)_channels.Count);
        foreach (var (channel, tenants) in _channels)
        {
            to.Number((ulong)channel);
            to.Number((ulong)tenants.List.Count);
            foreach (var one in tenants.List)
            {
                to.Number(one.Device.Number);
                to.Number(one.Device.Manufacturer);
                to.Byte(one.Device.Version);
                to.Byte(one.Device.Type);
                to.Signed(one.FirstSeen.Ticks);
                to.Signed(one.LastSeen.Ticks);
                to.Signed(one.InstalledAt?.Ticks ?? 0);
                _kept[channel] = one.LastSeen;
            }
        }

        await memory.SaveAsync(driver, NameOf(meter), to.ToArray(), stop).ConfigureAwait(false);
    }

    private static string NameOf(MeterId meter) => $"channels/{meter}";

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}
