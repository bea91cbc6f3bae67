using Metering;
using Metering.Ledger;

namespace Concentrator.Ports;

/// <summary>A meter to be expected, as a person or a shipment row names it.</summary>
/// <param name="Meter">Its identity.</param>
/// <param name="Eui">12 or 16 hex digits, upper-case, or null.</param>
/// <param name="Serial">Upper-case, or null.</param>
/// <param name="MBus">Identity of its M-Bus interface, or none.</param>
/// <param name="Place">Metering point, or null.</param>
/// <param name="Phase">L1, L2, L3 or L123, or null.</param>
/// <param name="Profile">Meter profile, or null.</param>
public sealed record MeterFacts(MeterId Meter, string? Eui, string? Serial, MeterId MBus, string? Place, string? Phase, string? Profile);

/// <summary>What came of a change: null in <paramref name="Refusal"/> where it was done and is durable.</summary>
/// <param name="Refusal">Why it was not done.</param>
/// <param name="IsUnknown">Because there is no such meter.</param>
/// <param name="Meter">The meter as it stands after it.</param>
public sealed record MeterLifeAnswer(string? Refusal, bool IsUnknown, MeterLifeRecord? Meter);

/// <summary>Meters come and go: each change is durable when it returns, and audited with the name of who made it.</summary>
public interface IMeterLife
{
    /// <summary>Every meter that was ever expected, by id.</summary>
    IReadOnlyList<MeterLifeRecord> List();

    /// <summary>Expects a meter, or changes what is known of one that is.</summary>
    ValueTask<MeterLifeAnswer> ExpectAsync(MeterFacts facts, string operatorName, CancellationToken stop);

    /// <summary>A meter hangs in another one's place; both series stay under that place, and what the old one said last is kept with its proof.</summary>
    /// <param name="at">When; null for now.</param>
    ValueTask<MeterLifeAnswer> ExchangeAsync(MeterId old, MeterId successor, DateTime? at, string operatorName, CancellationToken stop);

    /// <summary>A meter is none of this box any more; its readings stay.</summary>
    ValueTask<MeterLifeAnswer> RetireAsync(MeterId meter, string operatorName, CancellationToken stop);
}

/// <summary>Something about a shipment list, with its place in it.</summary>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Column">Name of the column, or empty.</param>
/// <param name="IsFault">True: nothing is imported; false: it is only said.</param>
/// <param name="Sentence">What, and what to do. Never a key.</param>
public sealed record ShipmentFinding(int Line, string Column, bool IsFault, string Sentence);

/// <summary>What came of a shipment list.</summary>
/// <param name="Rows">Meters in it.</param>
/// <param name="Added">Meters that are expected now and were not.</param>
/// <param name="Unchanged">Meters that were in the book just so.</param>
/// <param name="Keys">Keys in it.</param>
/// <param name="Imported">True where it was written down; false with faults, and where it was only checked.</param>
/// <param name="Findings">By line.</param>
public sealed record ShipmentReport(int Rows, int Added, int Unchanged, int Keys, bool Imported, IReadOnlyList<ShipmentFinding> Findings)
{
    /// <summary>Findings beyond these are only counted.</summary>
    public const int MostFindings = 200;

    /// <summary>Findings that are not listed.</summary>
    public int Further { get; init; }

    /// <summary>Faults, listed or not.</summary>
    public int Faults { get; init; }
}

/// <summary>Takes shipment lists: all of one, or nothing.</summary>
public interface IShipmentDesk
{
    /// <summary>Checks a list against itself and the book, and imports it where it holds and <paramref name="checkOnly"/> is false.</summary>
    ValueTask<ShipmentReport> TakeAsync(string text, bool checkOnly, string operatorName, CancellationToken stop);

    /// <summary>What fields of a shipment row say of one meter, judged as in a list; null where something does not hold.</summary>
    /// <param name="fault">What, in a sentence; null where all holds.</param>
    MeterFacts? Read(IReadOnlyDictionary<string, string> fields, out string? fault);
}
