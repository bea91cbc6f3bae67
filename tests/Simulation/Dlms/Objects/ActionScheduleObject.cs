using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 22: runs a script at times; FF in a date or a time means every. Attributes: script, type, execution times.</summary>
public sealed class ActionScheduleObject(DlmsMeter meter, Obis name, Obis table, ushort script, byte[] times)
    : WritableObject(22, 0, name, new DataWriter().Structure(2).Name(table).UInt16(script).ToArray(), new DataWriter().Enum(1).ToArray(), times)
{
    private const int MostDays = 800;
    private (byte[] Times, DateTime After, DateTime Next) _found = ([], default, default); // asked each time that the meter's time passes

    /// <summary>No time at all.</summary>
    public static byte[] Never => new DataWriter().Array(0).ToArray();

    /// <summary>Every month's first midnight.</summary>
    public static byte[] Monthly => new DataWriter().Array(1).Structure(2).Octets([0, 0, 0, 0]).Octets([0xFF, 0xFF, 0xFF, 1, 0xFF]).ToArray();

    /// <summary>The first time after another at which it runs; the end of time where there is none.</summary>
    public DateTime Next(DateTime after)
    {
        var octets = this[4];
        if (ReferenceEquals(_found.Times, octets) && _found.After == after)
        {
            return _found.Next;
        }

        var next = DateTime.MaxValue;
        for (var at = 2; at + 12 < octets.Length + 1 && octets[at] == 0x02; at += 15)
        {
            var found = Next(after, octets.AsSpan(at + 4, 4), octets.AsSpan(at + 10, 5));
            next = found < next ? found : next;
        }

        _found = (octets, after, next);
        return next;
    }

    /// <summary>Runs its script.</summary>
    public void Run()
    {
        var target = this[2];
        var table = new Obis(target[4], target[5], target[6], target[7], target[8], target[9]);
        (meter.Device.Find(9, table) as ScriptTableObject)?.Execute(BinaryPrimitives.ReadUInt16BigEndian(target.AsSpan(11)));
    }

    private static DateTime Next(DateTime after, ReadOnlySpan<byte> time, ReadOnlySpan<byte> date)
    {
        var day = after.AddHours(MeterClock.IsSummer(after) ? 2 : 1).Date;
        for (var i = 0; i < MostDays; i++, day = day.AddDays(1))
        {
            var year = BinaryPrimitives.ReadUInt16BigEndian(date);
            if ((year != 0xFFFF && year != day.Year) || (date[2] != 0xFF && date[2] != day.Month) || (date[3] != 0xFF && date[3] != day.Day))
            {
                continue;
            }

            var at = MeterClock.OfLocal(DateTime.SpecifyKind(day, DateTimeKind.Utc).Add(new TimeSpan(time[0] == 0xFF ? 0 : time[0], time[1] == 0xFF ? 0 : time[1], time[2] == 0xFF ? 0 : time[2])));
            if (at > after)
            {
                return at;
            }
        }

        return DateTime.MaxValue;
    }
}
