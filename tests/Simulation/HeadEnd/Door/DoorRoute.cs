namespace Simulation.HeadEnd.Door;

/// <summary>
/// The way to the box itself, or through it to a meter: <c>E6 | network | length | address</c> in front of every APDU and <c>E7</c> and the same in front of the answers, or the number of the
/// device in the place of the logical device (PRIME DC wrapper).
/// </summary>
/// <param name="Name">Whom it leads to.</param>
/// <param name="Device">Logical device, or number of a device.</param>
/// <param name="Prefix">Network, length and address; empty where there is none.</param>
public sealed record DoorRoute(string Name, int Device, byte[] Prefix)
{
    /// <summary>What the box means by D8 01 03: somebody else has the meter.</summary>
    internal const string Busy = "busy: somebody else has it";

    private const byte Request = 0xE6, Response = 0xE7, Exception = 0xD8;

    /// <summary>To the management logical device of the box.</summary>
    public static DoorRoute ToBox { get; } = new("the box", 1, []);

    /// <summary>It leads through the box.</summary>
    public bool IsThrough => this != ToBox;

    /// <summary>To logical device 1 of a meter in whatever network it is.</summary>
    public static DoorRoute ByPrefix(string meter) => new(meter, 1, [0, (byte)meter.Length, .. System.Text.Encoding.ASCII.GetBytes(meter)]);

    /// <summary>To a meter by the number that the box gave it.</summary>
    public static DoorRoute ByNumber(string meter, int number) => new(meter, number, []);

    /// <summary>An APDU on its way.</summary>
    public byte[] Dress(byte[] apdu) => Prefix.Length == 0 ? apdu : [Request, .. Prefix, .. apdu];

    /// <summary>An APDU that came.</summary>
    /// <exception cref="DoorException">The box answers in place of the meter, or another meter does.</exception>
    public byte[] Undress(byte[] apdu)
    {
        if (IsThrough && apdu is [Exception, var state, var service, ..])
        {
            throw new DoorException($"{(Prefix.Length > 0 ? "the box answers" : "box or meter answer")} D8 {state:X2} {service:X2}: {WordsOf(state, service)}", isRefusal: true);
        }

        return Prefix.Length == 0 ? apdu
            : apdu.Length > 1 + Prefix.Length && apdu[0] == Response && apdu.AsSpan(1, Prefix.Length).SequenceEqual(Prefix) ? apdu[(1 + Prefix.Length)..]
            : throw new DoorException($"an answer to the prefix of {Name} begins with {Convert.ToHexString(apdu.AsSpan(0, Math.Min(8, apdu.Length)))}", isRefusal: false);
    }

    /// <summary>What the box means (docs/dlms-north.md).</summary>
    private static string WordsOf(byte state, byte service) => (state, service) switch
    {
        (2, 1) => "no such meter, or it is not reached now",
        (1, 1) => "the meter did not answer",
        (1, 3) => Busy,
        (1, 2) => "not allowed",
        (2, 4) => "too long",
        _ => "for a reason it has no word for",
    };
}
