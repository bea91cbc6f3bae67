namespace Requirements;

/// <summary>
/// The reference architecture of Mandate M/441 as a list of demands. Its clauses 5 to 9 cannot be read freely: the product is mapped to it and claims no compliance.
/// What a row misses is said here by hand and belongs to the tests that are marked with its id: whoever adds the one takes away the other.
/// </summary>
internal static class RequirementTable
{
    internal static readonly Row[] Rows =
    [
        new("E1", "what a meter said reaches the head-end digit for digit, with scaler, unit, code, capture time and status"),
        new("E2", "a consumer's display gets the newest values of its own meter and of no other"),
        new("E3", "home automation sees the same values of a meter as the display does"),
        new("E4", "a box for one building: an electricity meter and four of other utilities, no power line"),
        new("E5", "a box for a neighbourhood: 1,200 meters, store and forward, pass-through, orders", "1,200 and 2,000 meters outside campaigns of release size (here 300)"),
        new("E6", "a head-end is told by the box, and asks and orders through it"),
        new("E7", "a technician's hand at the box, each action one line of audit", "a login of its own at the console: people are who the kernel says they are"),
        new("E8", "one package for the building, the neighbourhood, both, or neither", "meters that speak with the head-end past the box (bypassed)"),
        new("I-M", "meters next to the box: wM-Bus, wired M-Bus, DLMS on serial lines and optical heads; golden telegrams give what others decode", "a port for wired M-Bus, and a radio in modes S and N"),
        new("I-C", "meters on power lines register, are read, vanish and return without anybody's hand"),
        new("I-G1", "a box in a building speaks with the head-end itself"),
        new("I-G2", "the head-end over MQTT and over DLMS; one meter read through the box while the collection goes on"),
        new("I-L", "the same value has the same identity whichever box tells it, and no two boxes poll one meter", "two boxes that hear one meter, side by side"),
        new("I-N", "which box reads which meter is what the head-end signed, never a guess", "a meter that the list gives from one box to another while both are at work"),
        new("I-H", "at the consumer's side nothing can be written and nobody sees the neighbour"),
        new("F1", "registers read by schedule and on demand, import and export, the day complete by noon"),
        new("F2", "both ways: events, quality, outages, tamper, configuration, firmware, messages to the consumer"),
        new("F3", "tariff calendars that wait for their time, special days, prepayment tokens that pass unchanged"),
        new("F4", "disconnecting, reconnecting and limiting: role, window and nonce looked at, the breaker read back, what it cannot do refused beforehand"),
        new("F5", "a device in the building obeys: a load switch, a valve behind the meter"),
        new("F6", "a display or a portal that is no older than it was set to be"),
        new("EU8", "what is forged, changed or replayed is refused and counted; attempts at fraud are told"),
        new("EU10", "import and export, active and reactive, each quadrant by itself"),
        new("P1", "whatever comes from outside, nothing that measures is written"),
        new("P2", "meter clocks are moved on purpose, within windows, with the value before and after; what is too far off waits for a person"),
        new("P3", "what was measured is immutable, chained and identified, and only the relevant part makes it"),
        new("P4", "an image says whether it is legally relevant, such a one needs a second word, and what was brought stays written down"),
        new("P5, P6", "protected both ways and in published formats; what changes a meter only in proven associations", "an `mqtt://` upstream that leads off this machine is taken, with no more than a warning"),
        new("P7", "the same core for four meters and for two thousand; a driver more changes no file of the core", "a driver that is built in from outside by a test"),
        new("P8", "data kept as long as their class says; an erased meter leaves no trace; sealed data stay sealed"),
        new("P9, P10", "tampering with box and configuration is told; each door tried with each role", "the lid, a changed configuration and a shortened log as alarms; doors other than orders and DLMS role by role"),
        new("P11", "this table comes out of the run of the tests"),
    ];

    /// <summary>The row of an id; null where there is none.</summary>
    internal static Row? Find(string id) => Array.Find(Rows, row => row.Id == id);
}
