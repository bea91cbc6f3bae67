using System.Xml;

namespace Requirements;

/// <summary>The marked tests of a run, out of the report the runner writes with <c>-xml</c>.</summary>
internal sealed class TestReport
{
    /// <summary>Name of the trait under which a test says what it proves.</summary>
    internal const string Trait = "Requirement";

    private readonly SortedDictionary<(string Id, string Test), TestOutcome> _marked = [];

    /// <summary>Ids in the report that no row has.</summary>
    internal IEnumerable<string> UnknownIds => _marked.Keys.Select(key => key.Id).Distinct().Where(id => RequirementTable.Find(id) is null);

    /// <summary>Reads a report. Throws <see cref="XmlException"/> for what is none.</summary>
    internal static TestReport Read(TextReader from)
    {
        var report = new TestReport();
        using var reader = XmlReader.Create(from, new XmlReaderSettings { CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit });
        var (test, outcome, isReport) = ("", TestOutcome.Skipped, false);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (reader.Name)
            {
                case "assemblies":
                    isReport = true;
                    break;
                case "test":
                    test = $"{(reader.GetAttribute("type") ?? "").Split('.')[^1]}.{reader.GetAttribute("method")}";
                    outcome = reader.GetAttribute("result") switch { "Pass" => TestOutcome.Passed, "Fail" => TestOutcome.Failed, _ => TestOutcome.Skipped };
                    break;
                case "trait" when reader.GetAttribute("name") == Trait:
                    report.Add(reader.GetAttribute("value") ?? "", test, outcome);
                    break;
            }
        }

        return isReport ? report : throw new XmlException("no report of a test run: <assemblies> is missing");
    }

    /// <summary>Notes a case of a test that is marked with an id.</summary>
    internal void Add(string id, string test, TestOutcome outcome) =>
        _marked[(id, test)] = _marked.TryGetValue((id, test), out var before) && before > outcome ? before : outcome;

    /// <summary>The tests of a row, by name.</summary>
    internal IReadOnlyList<(string Test, TestOutcome Outcome)> Of(string id) => [.. _marked.Where(one => one.Key.Id == id).Select(one => (one.Key.Test, one.Value))];
}
