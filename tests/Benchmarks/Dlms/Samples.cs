using Metering;
using Metering.Keys;
using Protocols.Dlms;
using Protocols.Dlms.Model;

namespace Benchmarks.Dlms;

/// <summary>The day of quarter hours that the other stacks of PROMISES S2 were measured on: 96 rows of clock, status and two registers, 2,694 octets of GET.response.</summary>
internal static class Samples
{
    internal const int Rows = 96, Columns = 4, ResponseOctets = 2694;

    internal static readonly Obis Profile = new(1, 0, 99, 1, 0, 255);

    internal static readonly ReadColumn[] ReadColumns =
    [
        new(new CaptureObject(8, new Obis(0, 0, 1, 0, 0, 255), 2, 0), UnitSymbol.None, 0),
        new(new CaptureObject(1, new Obis(0, 0, 96, 10, 1, 255), 2, 0), UnitSymbol.None, 0),
        new(new CaptureObject(3, new Obis(1, 0, 1, 8, 0, 255), 2, 0), Unit.FromCosem(30), 0),
        new(new CaptureObject(3, new Obis(1, 0, 2, 8, 0, 255), 2, 0), Unit.FromCosem(30), 0),
    ];

    internal static readonly MeterProfile Meter = MeterProfile.Parse(
        "name bench\nstatus idis\nstatus-column 0-0:96.10.*\nprofile load-profile 1-0:99.1.0*255 end\nkind 1-0:*.8.* register\n", out _)!;

    /// <summary>The buffer: an array of structures.</summary>
    internal static byte[] Buffer()
    {
        var to = new DataWriter().Array(Rows);
        for (var row = 0; row < Rows; row++)
        {
            var time = CosemTime.Of(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Unspecified).AddMinutes(15 * (row + 1)), 60, summerTime: false);
            to.Structure(Columns).Octets(CosemTime.Write(time)).UInt8(0).UInt32((uint)(1_234_567 + (row * 41))).UInt32((uint)(76_543 + row));
        }

        return to.ToArray();
    }

    /// <summary>The whole answer.</summary>
    internal static byte[] Response()
    {
        byte[] response = [0xC4, 0x01, 0xC1, 0x00, .. Buffer()];
        return response.Length == ResponseOctets ? response : throw new InvalidOperationException($"the answer has {response.Length} octets");
    }

    /// <summary>Counters that are always new.</summary>
    internal sealed class Counters : ICounterStore
    {
        public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

        public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => throw new InvalidOperationException();
    }
}
