using System.Buffers.Binary;

namespace Simulation.Plc.Prime;

/// <summary>The management plane on the same port (plc-modems 3.5): values and lists by a question of several attributes at once.</summary>
internal static class PrimeManagement
{
    private const byte Ask = 0, Answer = 1, AskLists = 6, AnswerLists = 7, ListItem = 0x0E, ListAnswer = 0x0F;
    private const int ItemLength = 6;

    internal static void Obey(PrimeModem modem, byte protocol, byte[] payload)
    {
        if (protocol == Ask)
        {
            var answer = new List<byte>();
            for (var at = 0; at + 3 <= payload.Length; at += 3)
            {
                if (modem.Attributes.Get(BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(at))) is { } value)
                {
                    answer.AddRange([payload[at], payload[at + 1], payload[at + 2], .. value, 0]);
                }
            }

            modem.Say(Answer, [.. answer]);
        }
        else if (protocol == AskLists)
        {
            var answer = new List<byte>();
            for (var at = 0; at + ItemLength <= payload.Length && payload[at] == ListItem; at += ItemLength)
            {
                AddList(answer, modem, payload.AsSpan(at));
            }

            modem.Say(AnswerLists, [.. answer]);
        }
    }

    /// <summary>Records from an iterator on, each with its own.</summary>
    private static void AddList(List<byte> answer, PrimeModem modem, ReadOnlySpan<byte> item)
    {
        var (attribute, most, first) = (BinaryPrimitives.ReadUInt16BigEndian(item[1..]), item[3], BinaryPrimitives.ReadUInt16BigEndian(item[4..]));
        var records = (PrimeLists.Of(attribute, modem.Base!.Table, modem.Sna) ?? []).Skip(first).Take(most).ToList();
        answer.AddRange([ListAnswer, item[1], item[2], (byte)records.Count, (byte)(records.Count > 0 ? records[0].Length : 0)]);
        for (var i = 0; i < records.Count; i++)
        {
            answer.AddRange([.. PrimeSay.Word((ushort)(first + i)), .. records[i]]);
        }
    }
}
