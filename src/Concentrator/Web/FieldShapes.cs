using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Web;

/// <summary>A meter's life: one of GET /api/v1/meter-life, and in that of one meter.</summary>
public sealed record MeterLifeShape(
    string Meter, string Stage, string? Eui, string? Serial, string? Mbus, string? Place, string? Phase, string? Profile, DateTime? ExpectedAt, DateTime? JoinedAt, DateTime? EndedAt,
    string? Predecessor, string? Successor, IReadOnlyList<FinalShape> Final);

/// <summary>What an exchanged meter said last, with its proof.</summary>
public sealed record FinalShape(string Key, string Column, string? At, string Value, int Scaler, string Unit, ulong Seq, string ChainHash);

/// <summary>PUT /api/v1/meters/{id}/expected.</summary>
public sealed record ExpectShape(string? Eui, string? Serial, string? Mbus, string? Place, string? Phase, string? Profile);

/// <summary>POST /api/v1/meters/{id}/exchange.</summary>
public sealed record ExchangeShape(string Successor, DateTime? At);

/// <summary>Answer of POST /api/v1/shipments.</summary>
public sealed record ShipmentShape(int Rows, int Added, int Unchanged, int Keys, bool Imported, int Faults, int Further, IReadOnlyList<ShipmentFinding> Findings);

/// <summary>A node of a power line network.</summary>
public sealed record NodeShape(
    string Driver, string Eui, string Address, string? Meter, string? Serial, string State, string Sentence, string? Parent, int? Level, bool IsSwitch, int? Quality, DateTime? FirstTold, DateTime? Since,
    DateTime? LastHeard, double Present, bool IsOld);

/// <summary>GET /api/v1/network, /api/v1/network/{driver}.</summary>
public sealed record NetworkShape(string Driver, string Family, IReadOnlyDictionary<string, int> States, long Joins, long Leaves, long Moves, long NotKept, IReadOnlyList<NodeShape> Nodes);

/// <summary>One line of GET /api/v1/network/changes.</summary>
public sealed record NetworkChangeShape(DateTime? At, string Driver, string What, string Eui, string Address, string? Meter, string? Parent, int? Level, int? Quality, string Sentence);

/// <summary>Takes what the field says to shapes.</summary>
internal static class FieldShapes
{
    internal static MeterLifeShape Of(MeterLifeRecord life) => new(
        life.Meter.Text, Word(life.Stage), life.Eui, life.Serial, TextOf(life.MBus), life.Place, life.Phase, life.Profile, life.ExpectedAt, life.JoinedAt, life.EndedAt, TextOf(life.Predecessor),
        TextOf(life.Successor), [.. life.Final.Select(value => new FinalShape(value.Key, value.Column, value.At, value.Value, value.Scaler, value.Unit, value.Sequence, value.ChainHash))]);

    internal static ShipmentShape Of(ShipmentReport report) => new(report.Rows, report.Added, report.Unchanged, report.Keys, report.Imported, report.Faults, report.Further, report.Findings);

    /// <param name="meterHeard">When its meter was heard last, or null.</param>
    internal static NodeShape Of(NodeView view, DateTime? meterHeard)
    {
        var (node, told) = (view.Node, view.Node.State == NodeState.Gone ? null : view.LastTold);
        return new NodeShape(
            view.Driver, node.Eui, node.Address, TextOf(node.Meter), node.Serial, Word(node.State), node.Sentence, node.Parent, node.Level, node.IsSwitch, node.QualityPercent, view.FirstTold, view.Since,
            meterHeard > told || told is null ? meterHeard ?? told : told, view.PresentPercent, view.IsOld);
    }

    internal static NetworkShape Of(NetworkView network, Func<MeterId, DateTime?> heard) => new(
        network.Driver, network.Family, network.Nodes.GroupBy(node => node.Node.State).OrderBy(state => state.Key).ToDictionary(state => Word(state.Key), state => state.Count()), network.Joins,
        network.Leaves, network.Moves, network.NotKept, [.. network.Nodes.Select(node => Of(node, node.Node.Meter.IsNone ? null : heard(node.Node.Meter)))]);

    internal static NetworkChangeShape Of(NetworkChange change) => new(
        change.At, change.Driver, change.What, change.Node.Eui, change.Node.Address, TextOf(change.Node.Meter), change.Node.Parent, change.Node.Level, change.Node.QualityPercent, change.Node.Sentence);

    internal static string Word(MeterStage stage) => stage.ToString().ToLowerInvariant();

    internal static string Word(NodeState state) => state.ToString().ToLowerInvariant();

    private static string? TextOf(MeterId meter) => meter.IsNone ? null : meter.Text;
}
