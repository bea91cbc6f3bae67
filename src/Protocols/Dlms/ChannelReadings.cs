using Metering;
using Protocols.Dlms.Model;

namespace Protocols.Dlms;

/// <summary>Rows of an M-Bus channel to readings of the devices that measured them.</summary>
public static class ChannelReadings
{
    /// <summary>Divides the rows of a channel's profile among the devices whose they are.</summary>
    /// <param name="block">All rows, as they were read of the channel.</param>
    /// <param name="withheld">Rows that may be of one device or of another: nobody's.</param>
    public static IReadOnlyList<ReadingBlock> Divide(ReadingBlock block, MeterId through, int channel, ChannelTenants tenants, Obis client, out int withheld)
    {
        var rows = new Dictionary<ChannelTenant, List<int>>();
        withheld = 0;
        for (var row = 0; row < block.Rows.Length; row++)
        {
            if (TenantOf(block, row, tenants, client) is not { } tenant)
            {
                withheld++;
                continue;
            }

            (rows.TryGetValue(tenant, out var own) ? own : rows[tenant] = []).Add(row);
        }

        return [.. rows.Select(own => block.Of(own.Key.Device.Id, own.Key.Via(through, channel), own.Value.ToArray()))];
    }

    /// <summary>A profile that captures the identification itself says whose a row is; else its time does.</summary>
    private static ChannelTenant? TenantOf(ReadingBlock block, int row, ChannelTenants tenants, Obis client)
    {
        var told = new uint?[ChannelDevice.Attributes.Count];
        for (var i = 0; i < block.Columns.Length; i++)
        {
            var id = block.Columns[i].Id;
            if (id.ClassId == 72 && id.Obis == client && id.Attribute is >= 6 and <= 9 && block[row, i].Value is { Kind: ValueKind.Decimal } value)
            {
                told[id.Attribute - 6] = (uint)value.Mantissa;
            }
        }

        if (told[0] is not null)
        {
            return tenants.List.LastOrDefault(one => Fits(one.Device, told));
        }

        return block.Rows[row].At?.ToUtc() is { } stamp ? tenants.Of(stamp) : tenants is { List: [{ InstalledAt: null } only] } ? only : null;
    }

    private static bool Fits(ChannelDevice device, uint?[] told) =>
        (told[0] == device.Number || (told[0] is { } number && ChannelDevice.ToDigits(number) == device.Number)) && (told[1] is null || told[1] == device.Manufacturer)
        && (told[2] is null || told[2] == device.Version) && (told[3] is null || told[3] == device.Type);
}
