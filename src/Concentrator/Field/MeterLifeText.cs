using Concentrator.Store.Books;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>A meter's life in words.</summary>
internal static class MeterLifeText
{
    internal static string Stage(MeterStage stage) => stage.ToString().ToLowerInvariant();

    /// <summary>For the audit log: what is known, without what is not.</summary>
    internal static string Line(MeterLifeRecord life) => string.Join(' ', new (string Name, string? Text)[]
    {
        ("stage", Stage(life.Stage)), ("eui", life.Eui), ("serial", life.Serial), ("mbus", life.MBus.Text), ("place", life.Place), ("phase", life.Phase), ("profile", life.Profile),
        ("successor", life.Successor.Text), ("predecessor", life.Predecessor.Text),
    }.Where(fact => !string.IsNullOrEmpty(fact.Text)).Select(fact => $"{fact.Name}={fact.Text}"));

    /// <summary>Why a meter cannot stand in the book beside the others; null where it can.</summary>
    internal static string? Clash(MeterLifeBook book, MeterLifeRecord life) =>
        life.Eui is { } eui && book.FindEui(eui) is { } same && same.Meter != life.Meter ? $"EUI {eui} is that of {same.Meter}"
        : !life.MBus.IsNone && book.Find(life.MBus) is { } other && other.Meter != life.Meter ? $"M-Bus identity {life.MBus} is that of {other.Meter}"
        : null;
}
