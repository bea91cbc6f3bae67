using System.Security.Cryptography;
using Metering.Ledger;

namespace Metering.Orders.Records;

/// <summary>One APDU that went through the box between a head-end and a meter: never what it says, which may be nobody's business here, but enough to prove later that it was this one.</summary>
/// <param name="ToMeter">Towards the meter, not from it.</param>
/// <param name="Tag">Its first octet (IEC 62056-5-3 clause 8).</param>
/// <param name="Octets">How long it was.</param>
/// <param name="Hash">SHA-256 over all of it.</param>
public readonly record struct PassedApdu(bool ToMeter, byte Tag, int Octets, ReadOnlyMemory<byte> Hash)
{
    /// <summary>The note of an APDU.</summary>
    public static PassedApdu Of(bool toMeter, ReadOnlySpan<byte> apdu) => new(toMeter, apdu.IsEmpty ? (byte)0 : apdu[0], apdu.Length, SHA256.HashData(apdu));
}

/// <summary>What went through at once: a request and its answers. The payload of a <see cref="RecordType.PassedApdus"/>.</summary>
/// <param name="Who">The door and who stood at it.</param>
/// <param name="Meter">Which meter it was for.</param>
/// <param name="Apdus">In the order they went.</param>
public sealed record PassedApdus(string Who, MeterId Meter, IReadOnlyList<PassedApdu> Apdus)
{
    /// <summary>No record holds more.</summary>
    public const int Most = 1024;

    /// <summary>For the ledger; delivered nowhere.</summary>
    public NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Text(Who);
        to.Text(Meter.Text);
        to.Number((ulong)Apdus.Count);
        foreach (var apdu in Apdus)
        {
            to.Byte(apdu.ToMeter ? (byte)1 : (byte)0);
            to.Byte(apdu.Tag);
            to.Number((ulong)apdu.Octets);
            to.Octets(apdu.Hash.Span);
        }

        return new NewRecord(RecordType.PassedApdus, RecordClass.None, now, to.ToArray());
    }

    /// <summary>The opposite of <see cref="ToRecord"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static PassedApdus Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var (who, meter, count) = (from.Text(), MeterId.Parse(from.Text()), from.Number());
        if (count > Most)
        {
            throw new InvalidDataException($"{count} notes of APDUs, more than {Most}");
        }

        var apdus = new PassedApdu[(int)count];
        for (var i = 0; i < apdus.Length; i++)
        {
            apdus[i] = new PassedApdu(from.Byte() != 0, from.Byte(), (int)from.Number(), from.Octets());
        }

        return new PassedApdus(who, meter, apdus);
    }
}
