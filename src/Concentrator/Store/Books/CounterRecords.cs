using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>Highest accepted counters; the highest per name wins.</summary>
internal sealed record AcceptedCounters(IReadOnlyList<(KeyName Name, uint Counter)> Counters)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Number((ulong)Counters.Count);
        foreach (var (name, counter) in Counters)
        {
            WrappedKeyRecord.Write(to, name);
            to.Number(counter);
        }

        return new NewRecord(RecordType.AcceptedCounters, RecordClass.None, now, to.ToArray());
    }

    internal static AcceptedCounters Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var counters = new (KeyName, uint)[from.Count()];
        for (var i = 0; i < counters.Length; i++)
        {
            counters[i] = (WrappedKeyRecord.ReadName(ref from), (uint)from.Number());
        }

        return new AcceptedCounters(counters);
    }
}

/// <summary>A block of sending counters: everything below <paramref name="Next"/> may have been used.</summary>
internal sealed record CounterReservation(KeyName Name, uint Next)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        WrappedKeyRecord.Write(to, Name);
        to.Number(Next);
        return new NewRecord(RecordType.CounterReservation, RecordClass.None, now, to.ToArray());
    }

    internal static CounterReservation Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new CounterReservation(WrappedKeyRecord.ReadName(ref from), (uint)from.Number());
    }
}
