using Concentrator.Ports;
using Metering;

namespace Concentrator.Store.View;

/// <summary>One row of a day block: what one telegram or profile row said, from one ledger record.</summary>
internal sealed record BlockEntry(
    ulong Sequence, int Revision, DateTime? ReceivedAt, string Instant, int Occurrence, string? At, uint Status, RowQuality Quality, IReadOnlyList<BlockValue> Values)
{
    /// <summary>True where both speak of the same row: with a column the identity of a value.</summary>
    internal bool SameRow(BlockEntry other) => Occurrence == other.Occurrence && Instant == other.Instant;

    /// <summary>One of its values as the archive gives it back.</summary>
    internal ArchivedRow ToRow(MeterId meter, string profile, BlockValue value) => new(
        meter, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{meter}/{profile}/{Instant}/{Occurrence}"), value.Column.Id, profile,
        value.Column.Obis, value.Column.Class, value.Column.Attribute, value.Column.Index, At, Occurrence, value.Text, value.Scaler, value.Column.Unit, Status,
        Revision, Quality, Sequence, ReceivedAt);
}
