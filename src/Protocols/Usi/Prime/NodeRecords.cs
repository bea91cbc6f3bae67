using System.Text;
using static Protocols.Usi.Prime.PrimeRecords;

namespace Protocols.Usi.Prime;

/// <summary>A registered node, list 0050: <c>EUI-48 | LNID u16 | state | LSID | SID | level | terminal capabilities | switch capabilities</c></summary>
public readonly record struct RegisteredDevice(Eui48 Eui, ushort Lnid, byte State, byte Lsid, byte Sid, byte Level, byte TerminalCapabilities, byte SwitchCapabilities) : IPrimeRecord<RegisteredDevice>
{
    public static int Size => 14;

    public static PrimePib Pib => PrimePib.RegisteredDevices;

    public static RegisteredDevice Read(ReadOnlySpan<byte> octets) => new(EuiAt(octets), UInt16(octets[6..]), octets[8], octets[9], octets[10], octets[11], octets[12], octets[13]);

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Eui);
        Write(octets[6..], Lnid);
        (octets[8], octets[9], octets[10], octets[11], octets[12], octets[13]) = (State, Lsid, Sid, Level, TerminalCapabilities, SwitchCapabilities);
    }
}

/// <summary>An open connection, list 0051: <c>SID | LNID u16 | LCID u16 | EUI-48</c></summary>
public readonly record struct ActiveConnection(byte Sid, ushort Lnid, ushort Lcid, Eui48 Eui) : IPrimeRecord<ActiveConnection>
{
    public static int Size => 11;

    public static PrimePib Pib => PrimePib.ActiveConnections;

    public static ActiveConnection Read(ReadOnlySpan<byte> octets) => new(octets[0], UInt16(octets[1..]), UInt16(octets[3..]), EuiAt(octets[5..]));

    public void WriteTo(Span<byte> octets)
    {
        octets[0] = Sid;
        Write(octets[1..], Lnid);
        Write(octets[3..], Lcid);
        Write(octets[5..], Eui);
    }
}

/// <summary>An open connection with its type (3: 4-32), list 0058: <c>SID u16 | LNID u16 | LCID u16 | EUI-48 | type</c></summary>
public readonly record struct TypedConnection(ushort Sid, ushort Lnid, ushort Lcid, Eui48 Eui, byte Type) : IPrimeRecord<TypedConnection>
{
    public static int Size => 13;

    public static PrimePib Pib => PrimePib.ActiveConnectionsExtended;

    public static TypedConnection Read(ReadOnlySpan<byte> octets) => new(UInt16(octets), UInt16(octets[2..]), UInt16(octets[4..]), EuiAt(octets[6..]), octets[12]);

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Sid);
        Write(octets[2..], Lnid);
        Write(octets[4..], Lcid);
        Write(octets[6..], Eui);
        octets[12] = Type;
    }
}

/// <summary>A meter that can be asked, list 8250: <c>address u16 | serial, 16 octets of room | its length | EUI-48</c></summary>
public readonly record struct LlcNode(ushort Address, string Serial, Eui48 Eui) : IPrimeRecord<LlcNode>
{
    /// <summary>Addresses from here on belong to no meter.</summary>
    public const ushort FirstSpecial = 0x0FFE;

    private const int SerialRoom = 16;

    public static int Size => 25;

    public static PrimePib Pib => PrimePib.LlcNodes;

    public static LlcNode Read(ReadOnlySpan<byte> octets) => new(UInt16(octets), Encoding.ASCII.GetString(octets.Slice(2, Math.Min((int)octets[18], SerialRoom))), EuiAt(octets[19..]));

    public void WriteTo(Span<byte> octets)
    {
        Write(octets, Address);
        octets[2..18].Clear();
        octets[18] = (byte)Encoding.ASCII.GetBytes(Serial.AsSpan(0, Math.Min(Serial.Length, SerialRoom)), octets[2..18]);
        Write(octets[19..], Eui);
    }
}
