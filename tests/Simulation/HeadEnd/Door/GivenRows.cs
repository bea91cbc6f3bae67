using System.Globalization;
using System.Text.Json;

namespace Simulation.HeadEnd.Door;

/// <summary>
/// What the head-end was given through the box and not by it: lines of the shape of <c>reading query --jsonl</c>, so that the judge of a run knows that these answers came to somebody.
/// </summary>
/// <param name="to">Null for nowhere.</param>
public sealed class GivenRows(TextWriter? to)
{
    /// <summary>Notes a value.</summary>
    /// <param name="row">Profile, instant and occurrence as a row's key has them, or <c>reg/o:..</c>.</param>
    /// <param name="column">Id of the column.</param>
    internal void Add(string meter, string row, string column, string value, int scaler, string unit, DateTime at)
    {
        if (to is null)
        {
            return;
        }

        using var octets = new MemoryStream();
        using (var writer = new Utf8JsonWriter(octets))
        {
            writer.WriteStartObject();
            writer.WriteString("key", $"{meter}/{row}");
            writer.WriteString("column", column);
            writer.WriteNumber("rev", 0);
            writer.WriteString("value", value);
            writer.WriteNumber("scaler", scaler);
            writer.WriteString("unit", unit);
            writer.WriteString("receivedAt", at.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(octets.ToArray()));
        to.Flush();
    }
}
