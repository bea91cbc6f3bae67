namespace Simulation.Plc.Medium;

/// <summary>
/// How long octets are in the air: symbols, preambles and headers of PRIME (ITU-T G.9904, PRIME 1.4) and G3-PLC (ITU-T G.9903), with the MAC overhead of a message. Figures of plc-limits
/// section 1; its table of air times is the test.
/// </summary>
public sealed class PlcPhy
{
    private const int LongestMessage = 2048;
    private const int PrimeMac = 15, PrimeLlc = 3, PrimeInHeader = 5; // header 9, CRC 4, ARQ and SAR 2 of each PDU; LLC of a message; octets that ride in the PHY header
    private const int G3Mac = 24, G3Packet = 25, G3Fragment = 351, Wrapper = 8; // of a segment; 6LoWPAN and UDP of a fragment; 400 octets without both; of a message
    private readonly long[]?[] _cut = new long[LongestMessage + 1][];
    private readonly long _symbol, _head;
    private readonly int _bits, _parity;

    private PlcPhy(string name, bool isPrime, double symbol, double preamble, int headSymbols, int bits, int largest, int parity)
    {
        (Name, IsPrime, LargestPpdu, _bits, _parity) = (name, isPrime, largest, bits, parity);
        (_symbol, _head) = (Ticks(symbol), Ticks(preamble + (headSymbols * symbol)));
        AcknowledgementTicks = isPrime ? 0 : _head + (20 * _symbol);
        (AccessLeast, AccessMost) = isPrime ? (Ticks(5), Ticks(25)) : (0, 14 * _symbol);
        FrameTicks = !isPrime ? 0 : bits is 12 or 24 && headSymbols == 4 ? 1104 * _symbol : 276 * _symbol;
    }

    /// <summary>PRIME 1.4, robust: differential binary PSK, four times repeated.</summary>
    public static PlcPhy PrimeRobustDbpsk { get; } = Prime("prime-r-dbpsk", true, 12, 383);

    /// <summary>PRIME 1.4, robust, quaternary.</summary>
    public static PlcPhy PrimeRobustDqpsk { get; } = Prime("prime-r-dqpsk", true, 24, 761);

    /// <summary>PRIME, binary with convolutional code: what the field uses.</summary>
    public static PlcPhy PrimeDbpsk { get; } = Prime("prime-dbpsk", false, 48, 383);

    /// <summary>PRIME, quaternary with code.</summary>
    public static PlcPhy PrimeDqpsk { get; } = Prime("prime-dqpsk", false, 96, 761);

    /// <summary>PRIME, eight phases with code.</summary>
    public static PlcPhy PrimeD8psk { get; } = Prime("prime-d8psk", false, 144, 1139);

    /// <summary>G3 CENELEC-A, robust.</summary>
    public static PlcPhy G3Robo { get; } = CenelecA("g3-robo", 18, 133, 8);

    /// <summary>G3 CENELEC-A, binary.</summary>
    public static PlcPhy G3Dbpsk { get; } = CenelecA("g3-dbpsk", 72, 235, 16);

    /// <summary>G3 CENELEC-A, quaternary.</summary>
    public static PlcPhy G3Dqpsk { get; } = CenelecA("g3-dqpsk", 144, 235, 16);

    /// <summary>G3 CENELEC-A, eight phases.</summary>
    public static PlcPhy G3D8psk { get; } = CenelecA("g3-d8psk", 216, 235, 16);

    /// <summary>G3 FCC, robust.</summary>
    public static PlcPhy G3FccRobo { get; } = Fcc("g3-fcc-robo", 36, 133, 8);

    /// <summary>G3 FCC, binary.</summary>
    public static PlcPhy G3FccDbpsk { get; } = Fcc("g3-fcc-dbpsk", 144, 470, 16);

    /// <summary>G3 FCC, quaternary.</summary>
    public static PlcPhy G3FccDqpsk { get; } = Fcc("g3-fcc-dqpsk", 288, 470, 16);

    /// <summary>G3 FCC, eight phases.</summary>
    public static PlcPhy G3FccD8psk { get; } = Fcc("g3-fcc-d8psk", 432, 470, 16);

    /// <summary>All, for a scenario that names one.</summary>
    public static IReadOnlyList<PlcPhy> All { get; } =
    [
        PrimeRobustDbpsk, PrimeRobustDqpsk, PrimeDbpsk, PrimeDqpsk, PrimeD8psk, G3Robo, G3Dbpsk, G3Dqpsk, G3D8psk, G3FccRobo, G3FccDbpsk, G3FccDqpsk, G3FccD8psk,
    ];

    /// <summary>Its name in a scenario.</summary>
    public string Name { get; }

    /// <summary>PRIME: beacons, and a lost PDU is sent again from where it came from; otherwise G3: each hop acknowledges and repeats.</summary>
    public bool IsPrime { get; }

    /// <summary>Octets of the largest PPDU.</summary>
    public int LargestPpdu { get; }

    /// <summary>Space, acknowledgement and space behind each PPDU (RIFS and CIFS are ten symbols each); none in PRIME, whose acknowledgements ride in PDUs.</summary>
    internal long AcknowledgementTicks { get; }

    /// <summary>Waiting for the channel before a PPDU, at least and at most: 15 ms in the mean in PRIME, 0 to 7 slots of two symbols in G3.</summary>
    internal long AccessLeast { get; }

    /// <summary>See <see cref="AccessLeast"/>.</summary>
    internal long AccessMost { get; }

    /// <summary>One MAC frame, with its beacons; 0: no such frame.</summary>
    internal long FrameTicks { get; }

    /// <summary>Air time of one message over one hop with nobody else there, acknowledgements counted in.</summary>
    /// <param name="octets">Octets of the APDU.</param>
    public TimeSpan AirOf(int octets)
    {
        var cut = Cut(octets);
        return new TimeSpan(cut.Sum() + (cut.Length * AcknowledgementTicks));
    }

    /// <summary>Air time of one PPDU, without its acknowledgement.</summary>
    /// <param name="octets">Its octets, MAC header and all.</param>
    public TimeSpan AirOfPpdu(int octets) => new(TicksOf(octets));

    /// <summary>The PPDUs of a message, each as ticks in the air.</summary>
    internal long[] Cut(int octets)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(octets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets, LongestMessage);
        return _cut[octets] ??= [.. (IsPrime ? CutPrime(octets + PrimeLlc) : CutG3(octets + Wrapper)).Select(TicksOf)];
    }

    private static PlcPhy Prime(string name, bool isRobust, int bits, int largest) => new(name, true, 2.24, isRobust ? 8.192 : 2.048, isRobust ? 4 : 2, bits, largest, 0);

    private static PlcPhy CenelecA(string name, int bitsOfFour, int largest, int parity) => new(name, false, 0.695, 9.5 * 0.64, 13, bitsOfFour, largest, parity);

    private static PlcPhy Fcc(string name, int bitsOfFour, int largest, int parity) => new(name, false, 0.232, 9.5 * 256 / 1200, 12, bitsOfFour, largest, parity);

    private static long Ticks(double milliseconds) => (long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond);

    private long TicksOf(int octets)
    {
        if (IsPrime)
        {
            return _head + (Math.Max(0, Up((octets - PrimeInHeader) * 8, _bits)) * _symbol);
        }

        var blocks = _parity == 16 ? Up(octets, 239) : 1; // Reed-Solomon: at most 255 octets with their parity
        return _head + (4L * Up(((octets + (_parity * blocks)) * 8) + 6, _bits) * _symbol); // the interleaver takes symbols by fours; six bits end the code
    }

    private IEnumerable<int> CutPrime(int octets)
    {
        for (var most = LargestPpdu - PrimeMac; octets > 0; octets -= most)
        {
            yield return Math.Min(most, octets) + PrimeMac;
        }
    }

    private IEnumerable<int> CutG3(int octets)
    {
        for (; octets > 0; octets -= G3Fragment)
        {
            for (var (rest, most) = (Math.Min(G3Fragment, octets) + G3Packet, LargestPpdu - G3Mac); rest > 0; rest -= most)
            {
                yield return Math.Min(most, rest) + G3Mac;
            }
        }
    }

    private static int Up(int dividend, int divisor) => (dividend + divisor - 1) / divisor;
}
