using System.Globalization;
using Metering;

namespace Protocols.Dlms.Model;

/// <summary>Where a kind of meter keeps what orders act on, part of its data file; what has no line is not there, unless an order names the object:
/// <code>
/// breaker 0-0:96.3.10*255 15                         class 70, and the seconds in which it has moved
/// limiter 0-0:17.0.0*255                             class 71
/// calendar 0-0:13.0.0*255 0-0:11.0.0*255             activity calendar (class 20) and its special days (class 11)
/// message display 0-0:96.13.0*255 160                text for the customer (class 1): its name, and the octets it takes
/// token 0-0:19.40.0*255 0-0:19.10.0*255              token gateway (class 115), and the credit (class 112) it adds to
/// image-activation 0-0:15.0.2*255                    schedule (class 22) that activates firmware
/// load-switch heating control 0-1:96.3.10*255        see <see cref="LoadSwitch"/>
/// load-switch boiler script 0-0:10.0.103*255 1 2 0-2:96.3.10*255
/// load-switch pump arbitrator 0-0:96.3.20*255 3 0 1 0-3:96.3.10*255
/// </code>
/// </summary>
public sealed class ControlDefinitions
{
    private readonly Dictionary<string, (Obis Name, int Longest)> _messages = [];
    private readonly Dictionary<string, LoadSwitch> _switches = [];

    /// <summary>The breaker; none where the meter has none.</summary>
    public Obis Breaker { get; private set; }

    /// <summary>In so long it has moved: breakers take 2 to 10 s.</summary>
    public TimeSpan MovesWithin { get; private set; } = TimeSpan.FromSeconds(15);

    /// <summary>The limiter.</summary>
    public Obis Limiter { get; private set; }

    /// <summary>The activity calendar.</summary>
    public Obis Calendar { get; private set; }

    /// <summary>The table of its special days.</summary>
    public Obis SpecialDays { get; private set; }

    /// <summary>The token gateway.</summary>
    public Obis TokenGateway { get; private set; }

    /// <summary>The credit that tokens add to; none where it is not told.</summary>
    public Obis Credit { get; private set; }

    /// <summary>The schedule that activates an image.</summary>
    public Obis ImageActivation { get; private set; }

    /// <summary>Names of the places for messages to the customer; the first one is meant where an order names none.</summary>
    public IReadOnlyCollection<string> Messages => _messages.Keys;

    /// <summary>Names of the load switches.</summary>
    public IReadOnlyCollection<string> Switches => _switches.Keys;

    /// <summary>A place for messages and the octets it takes.</summary>
    public (Obis Name, int Longest)? Message(string name) => _messages.TryGetValue(name, out var message) ? message : null;

    /// <summary>A load switch.</summary>
    public LoadSwitch? Switch(string name) => _switches.GetValueOrDefault(name);

    internal bool Take(string[] words)
    {
        switch (words)
        {
            case ["breaker", var name, .. var within] when within.Length <= 1:
                MovesWithin = within.Length == 0 ? MovesWithin : TimeSpan.FromSeconds(Number(within[0], 1, 600));
                return (Breaker = Name(name)) != default && MovesWithin > TimeSpan.Zero;
            case ["limiter", var name]:
                return (Limiter = Name(name)) != default;
            case ["calendar", var name, var days]:
                (Calendar, SpecialDays) = (Name(name), Name(days));
                return !Calendar.IsNone && !SpecialDays.IsNone;
            case ["token", var name, .. var credit] when credit.Length <= 1:
                (TokenGateway, Credit) = (Name(name), credit.Length == 0 ? default : Name(credit[0]));
                return !TokenGateway.IsNone && (credit.Length == 0 || !Credit.IsNone);
            case ["image-activation", var name]:
                return (ImageActivation = Name(name)) != default;
            case ["message", var name, var obis, var longest]:
                return _messages.TryAdd(name, (Name(obis), Number(longest, 1, 4096))) && _messages[name] is { Name.IsNone: false, Longest: > 0 };
            case ["load-switch", var name, .. var way]:
                return LoadSwitch.Parse(way) is { } found && _switches.TryAdd(name, found);
            default:
                return false;
        }
    }

    /// <summary>None where it is no name.</summary>
    internal static Obis Name(string text) => Obis.TryParse(text, out var name) ? name : default;

    /// <summary>-1 where it is no number, or out of its bounds.</summary>
    internal static int Number(string text, int least, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : -1;
}
