using System.Buffers;
using System.Text;
using System.Text.Json;
using Concentrator.Upstream.Mqtt;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Protocols.MBus;
using Simulation.Air;
using Simulation.Encoding;
using Simulation.Field;
using Simulation.Truth;

namespace Unit.Flows.Field;

/// <summary>
/// From the simulated meters' octets to the message a subscriber gets, judged by the truth. One planted bug a layer on the meters' side must turn it red: then a bug of ours would, too.
/// </summary>
public sealed class PlantedBugTests
{
    private static readonly DateTime Start = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);

    [Requirement("E1")]
    [Fact]
    public void Every_value_sent_arrives_as_sent() => Assert.True(Flow(PlantedBug.None, out var report), report);

    [Theory]
    [InlineData(PlantedBug.CrcPolynomial)]
    [InlineData(PlantedBug.InitialVectorOrder)]
    [InlineData(PlantedBug.KeyDerivationConstant)]
    [InlineData(PlantedBug.Scaler)]
    public void A_planted_bug_turns_the_flow_red(PlantedBug bug) => Assert.False(Flow(bug, out _));

    private static DriverEvent Take(TelegramReceiver receiver, byte[] telegram) =>
        receiver.Receive(telegram, new LinkFacts("radio0", "wmbus", -60, "C1+T1"), new BoxTime(Start, TimeQuality.Synchronised, 1, 1));

    private static bool Flow(PlantedBug bug, out string report)
    {
        var field = new StreetField(24, 3, Start, bug);
        using var receiver = new TelegramReceiver(new StreetKeys(field), new FreshCounters());
        var comparison = new Comparison(TimeSpan.Zero);
        for (var i = 0; i < 150; i++)
        {
            var due = field.Next();
            foreach (var line in StreetField.TruthOf(due, Start, due.Fate == AirFate.Received ? null : "lost"))
            {
                comparison.AddTruth(line.ToJson());
            }

            if (due.Fate == AirFate.Received && Take(receiver, due.Transmission.Telegram) is DriverEvent.ReadingsTaken taken)
            {
                // Through the ledger's format and the subscriber's, as in the service.
                var payload = new LedgerRecord(taken.Block.Meter, taken.Raw, taken.Security, taken.Block, null).ToPayload();
                comparison.AddDelivered(Message(LedgerRecord.Parse(taken.Raw.At, payload)));
            }
        }

        var text = new StringWriter();
        var explained = comparison.Judge(text);
        report = text.ToString();
        return explained && comparison.Delivered > 100;
    }

    private static string Message(LedgerRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("blocks");
            BlockWriter.Write(writer, record, 1, historical: false, null);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
