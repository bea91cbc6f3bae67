using System.Globalization;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>
/// Attributes 2, 3 and 4 of a disconnect control of one moment (IEC 62056-6-2, class 70): a breaker, a valve or a load switch. States: 0 disconnected, 1 connected, 2 ready for
/// reconnection. In modes 1, 3, 5 and 6 a reconnection from afar arms it and a hand closes it; in 2, 4 and 7 it closes by itself; in mode 0 it never opens.
/// </summary>
/// <param name="Output">output_state: the relay is closed.</param>
/// <param name="State">control_state.</param>
/// <param name="Mode">control_mode.</param>
public readonly record struct DisconnectControl(bool Output, byte State, byte Mode)
{
    private const byte Disconnected = 0, Connected = 1, Ready = 2, LastMode = 7;

    /// <summary>A hand may close it, or has to.</summary>
    public bool IsArmed => State == Ready && !Output;

    /// <summary>The relay and the state do not say the same: it moves, or it is broken.</summary>
    public bool IsContradictory => Output != (State == Connected) || State > Ready;

    private bool ArmsOnly => Mode is 1 or 3 or 5 or 6;

    /// <summary>For people: <c>connected</c>, <c>disconnected</c>, <c>armed, relay open</c>.</summary>
    public string Text => IsContradictory ? string.Create(CultureInfo.InvariantCulture, $"in state {State} with the relay {(Output ? "closed" : "open")}")
        : State switch { Disconnected => "disconnected", Connected => "connected", _ => "armed, relay open" };

    /// <summary>Reads the three attributes; false where one of them is no Data of its type.</summary>
    public static bool TryRead(ReadOnlySpan<byte> output, ReadOnlySpan<byte> state, ReadOnlySpan<byte> mode, out DisconnectControl control)
    {
        control = default;
        if (!TrySmall(output, out var closed) || !TrySmall(state, out var now) || !TrySmall(mode, out var how))
        {
            return false;
        }

        control = new DisconnectControl(closed != 0, now, how);
        return true;
    }

    /// <summary>The three attributes as an octet each.</summary>
    public byte[] ToOctets() => [Output ? (byte)1 : (byte)0, State, Mode];

    /// <summary>The opposite of <see cref="ToOctets"/>; null where it is none.</summary>
    public static DisconnectControl? Of(ReadOnlySpan<byte> octets) => octets.Length == 3 ? new DisconnectControl(octets[0] != 0, octets[1], octets[2]) : null;

    /// <summary>It stands as an order wants it; armed is enough for a reconnection where only a hand closes it.</summary>
    public bool Stands(bool connected) => !IsContradictory && (connected ? State == Connected || (State == Ready && ArmsOnly) : State == Disconnected);

    /// <summary>Why its mode cannot do what an order wants, whatever is sent; null where it can.</summary>
    public string? Refusal(bool connected) => Mode switch
    {
        > LastMode => string.Create(CultureInfo.InvariantCulture, $"control mode {Mode} is none that is known: nobody can say what {Word(connected)} would do"),
        0 => $"in control mode 0 it is connected for ever: {Word(connected)} from afar is not possible",
        _ => null,
    };

    private static string Word(bool connected) => connected ? "reconnection" : "disconnection";

    private static bool TrySmall(ReadOnlySpan<byte> data, out byte number)
    {
        var reader = new AXdrReader(data);
        var isOne = reader.TryInteger(out var wide) && wide >= 0 && wide <= byte.MaxValue && reader.Remaining == 0;
        number = isOne ? (byte)wide : (byte)0;
        return isOne;
    }
}
