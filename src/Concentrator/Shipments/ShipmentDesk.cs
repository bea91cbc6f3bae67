using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Shipments;

/// <summary>Checks a shipment list against the book and takes it in: all of it in one batch of the ledger, or nothing. Keys go to the key ring, wrapped; the book holds none.</summary>
/// <param name="profiles">Names of meter profiles there are.</param>
internal sealed class ShipmentDesk(MeterLifeBook book, IKeyAdministration keys, IReadOnlyCollection<string> profiles, ITimeSource time) : IShipmentDesk
{
    public async ValueTask<ShipmentReport> TakeAsync(string text, bool checkOnly, string operatorName, CancellationToken stop)
    {
        var list = ShipmentFile.Parse(text, profiles);
        ShipmentReport report = null!;
        await book.ChangeAsync(() =>
        {
            var findings = list.Findings.ToList();
            var added = new List<ShipmentRow>();
            var unchanged = 0;
            foreach (var row in list.Rows)
            {
                if (book.Find(row.Facts.Meter) is { } known && IsJustSo(known, row.Facts))
                {
                    unchanged++;
                }
                else if (Clash(row) is { } clash)
                {
                    findings.Add(clash);
                }
                else
                {
                    added.Add(row);
                }
            }

            findings.AddRange(list.Rows.SelectMany(Missing));
            var faults = findings.Count(finding => finding.IsFault);
            var imports = faults == 0 && !checkOnly && list.Rows.Count > 0;
            report = new ShipmentReport(
                list.Rows.Count, added.Count, unchanged, list.Rows.Sum(row => row.Keys.Count), imports,
                [.. findings.OrderByDescending(finding => finding.IsFault).ThenBy(finding => finding.Line).Take(ShipmentReport.MostFindings)])
            {
                Faults = faults, Further = Math.Max(0, findings.Count - ShipmentReport.MostFindings),
            };
            return imports ? Change(text, list.Rows, added, operatorName, report) : new MeterLifeChange([], []);
        }, stop).ConfigureAwait(false);
        return report;
    }

    public MeterFacts? Read(IReadOnlyDictionary<string, string> fields, out string? fault)
    {
        var faults = new List<string>();
        var facts = new ShipmentFields(column => fields.GetValueOrDefault(column, "").Trim(), (column, _, sentence) => faults.Add($"{column}: {sentence}")).Facts(profiles);
        fault = faults.Count == 0 ? null : string.Join("; ", faults);
        return faults.Count == 0 ? facts : null;
    }

    private MeterLifeChange Change(string text, IReadOnlyList<ShipmentRow> rows, List<ShipmentRow> added, string operatorName, ShipmentReport report)
    {
        var now = time.Now;
        var wrapped = keys.Prepare([.. rows.SelectMany(row => row.Keys)]);
        var audit = new AuditRecord(
            operatorName, "meter import", $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}", $"{book.Open.Count} meters",
            $"{report.Added} meters more, {report.Unchanged} as before, {report.Keys} keys");
        return new MeterLifeChange([.. added.Select(row => Life(row.Facts, now.Utc))], [.. wrapped.Records, audit.ToRecord(now)]) { Then = wrapped.Take };
    }

    private static MeterLifeRecord Life(MeterFacts facts, DateTime? now) => new(facts.Meter, MeterStage.Expected)
    {
        Eui = facts.Eui, Serial = facts.Serial, MBus = facts.MBus, Place = facts.Place, Phase = facts.Phase, Profile = facts.Profile, ExpectedAt = now,
    };

    /// <summary>A list that is given again changes nothing, and that is no fault.</summary>
    private static bool IsJustSo(MeterLifeRecord known, MeterFacts facts) =>
        known.IsOpen && (known.Meter, known.Eui, known.Serial, known.MBus, known.Place, known.Phase, known.Profile)
        == (facts.Meter, facts.Eui, facts.Serial, facts.MBus, facts.Place, facts.Phase, facts.Profile);

    private ShipmentFinding? Clash(ShipmentRow row)
    {
        var facts = row.Facts;
        var column = facts.Meter == facts.MBus ? "mbus" : "ldn";
        if (book.Find(facts.Meter) is { } known)
        {
            return new ShipmentFinding(
                row.Line, column, true,
                known.Meter != facts.Meter ? $"{facts.Meter} is in the book as M-Bus identity of {known.Meter}"
                : known.IsOpen ? $"{facts.Meter} is in the book with other facts ({Differences(known, facts)}): change one with `concentrator meter expect`"
                : $"{facts.Meter} is in the book as {known.Stage.ToString().ToLowerInvariant()}");
        }

        return facts.Eui is { } eui && book.FindEui(eui) is { } same ? new ShipmentFinding(row.Line, "eui", true, $"EUI {eui} is that of {same.Meter} in the book")
            : !facts.MBus.IsNone && book.Find(facts.MBus) is { } other ? new ShipmentFinding(row.Line, "mbus", true, $"M-Bus identity {facts.MBus} is that of {other.Meter} in the book")
            : null;
    }

    private static string Differences(MeterLifeRecord known, MeterFacts facts) => string.Join(", ", new (string Name, string? There, string? Here)[]
    {
        ("eui", known.Eui, facts.Eui), ("serial", known.Serial, facts.Serial), ("mbus", known.MBus.Text, facts.MBus.Text), ("place", known.Place, facts.Place), ("phase", known.Phase, facts.Phase),
        ("profile", known.Profile, facts.Profile),
    }.Where(fact => (fact.There ?? "") != (fact.Here ?? "")).Select(fact => fact.Name));

    /// <summary>Keys without which the meter will not be read; they may come later.</summary>
    private IEnumerable<ShipmentFinding> Missing(ShipmentRow row)
    {
        var (facts, names) = (row.Facts, row.Keys.Select(key => key.Name).ToHashSet());
        bool Has(KeyName name) => names.Contains(name) || keys.Has(name);
        if (facts.Eui is { Length: 16 } g3 && !Has(new KeyName(g3, KeyPurpose.Psk)))
        {
            yield return new ShipmentFinding(row.Line, "psk", false, $"no PSK of {g3} here nor on the box: the node cannot join a G3 network until it comes");
        }

        foreach (var client in names.Where(name => name.Purpose is KeyPurpose.Guek or KeyPurpose.Gak).Select(name => name.Client).Distinct())
        {
            var (guek, gak) = (Has(new KeyName(facts.Meter.Text, KeyPurpose.Guek, client)), Has(new KeyName(facts.Meter.Text, KeyPurpose.Gak, client)));
            if (guek != gak)
            {
                yield return new ShipmentFinding(row.Line, guek ? "gak" : "guek", false, $"{facts.Meter} has a {(guek ? "GUEK and no GAK" : "GAK and no GUEK")} for client {client}: a ciphered association wants both");
            }
        }

        if (facts.Meter != facts.MBus && facts.Eui is not null && !names.Any(name => name.Device == facts.Meter.Text) && !HasDlmsKey(facts.Meter))
        {
            yield return new ShipmentFinding(row.Line, "guek", false, $"no DLMS key of {facts.Meter} here nor on the box: it can be read only where its associations want none");
        }
    }

    private bool HasDlmsKey(MeterId meter) =>
        ((KeyPurpose[])[KeyPurpose.Guek, KeyPurpose.Hls, KeyPurpose.Lls]).Any(purpose => ((int[])[1, 2]).Any(client => keys.Has(new KeyName(meter.Text, purpose, client))));
}
