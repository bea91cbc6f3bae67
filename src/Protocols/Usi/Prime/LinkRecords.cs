using static Protocols.Usi.Prime.PrimeRecords;

namespace Protocols.Usi.Prime;

/// <summary>A group, list 0052: <c>LCID u16 | members u16</c></summary>
public readonly record struct MulticastEntry(ushort Lcid, ushort Members) : IPrimeRecord<MulticastEntry>
{
    public static int Size => 4;

    public static PrimePib Pib => PrimePib.MulticastEntries;

    public static MulticastEntry Read(ReadOnlySpan<byte> octets) => new(UInt16(octets), UInt16(octets[2..]));

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Lcid);
        Write(octets[2..], Members);
    }
}

/// <summary>A node that is a switch, list 0053 (1.3): <c>LNID u16 | LSID | SID | alive time</c></summary>
public readonly record struct SwitchEntry(ushort Lnid, byte Lsid, byte Sid, byte AliveTime) : IPrimeRecord<SwitchEntry>
{
    public static int Size => 5;

    public static PrimePib Pib => PrimePib.SwitchTable;

    public static SwitchEntry Read(ReadOnlySpan<byte> octets) => new(UInt16(octets), octets[2], octets[3], octets[4]);

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Lnid);
        (octets[2], octets[3], octets[4]) = (Lsid, Sid, AliveTime);
    }
}

/// <summary>A switch the modem hears, its own or a neighbour's, list 0056: <c>SNA 6 | LSID | level | received level | signal to noise</c></summary>
public readonly record struct HeardSwitch(Eui48 Sna, byte Lsid, byte Level, byte ReceivedLevel, byte SignalToNoise) : IPrimeRecord<HeardSwitch>
{
    public static int Size => 10;

    public static PrimePib Pib => PrimePib.AvailableSwitches;

    public static HeardSwitch Read(ReadOnlySpan<byte> octets) => new(EuiAt(octets), octets[6], octets[7], octets[8], octets[9]);

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Sna);
        (octets[6], octets[7], octets[8], octets[9]) = (Lsid, Level, ReceivedLevel, SignalToNoise);
    }
}

/// <summary>How well a neighbour is heard, list 0059 (1.4): <c>LNID u16 | SID | sending power | received level | signal to noise | sending modulation | capabilities | age u16</c></summary>
public readonly record struct NeighbourLink(ushort Lnid, byte Sid, byte SendingPower, byte ReceivedLevel, byte SignalToNoise, byte Modulation, byte Capabilities, ushort Age) : IPrimeRecord<NeighbourLink>
{
    /// <summary>The best signal to noise there is.</summary>
    public const int BestSignalToNoise = 7;

    public static int Size => 10;

    public static PrimePib Pib => PrimePib.PhyCommunication;

    public static NeighbourLink Read(ReadOnlySpan<byte> octets) => new(UInt16(octets), octets[2], octets[3], octets[4], octets[5], octets[6], octets[7], UInt16(octets[8..]));

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Lnid);
        (octets[2], octets[3], octets[4], octets[5], octets[6], octets[7]) = (Sid, SendingPower, ReceivedLevel, SignalToNoise, Modulation, Capabilities);
        Write(octets[8..], Age);
    }
}
