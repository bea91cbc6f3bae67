using Drivers.Dlms;
using Fuzz.Mutation;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Push;

namespace Fuzz.Families;

/// <summary>What a listening port takes whole, down to readings and events. The first octet: 1 ciphered for it under the meter's key, 2 the meter is known.</summary>
internal static class PushBodyFamily
{
    private static readonly byte[] Meter = [.. "SIM"u8, 0, 0, 0, 0, 1], Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], Authentication = [.. Enumerable.Range(0xD0, 16).Select(i => (byte)i)];

    internal static Family Message => new("push", Corpus, () =>
    {
        var sealing = new Sealing(Meter, Key, Authentication);
        var options = new PushOptions(MeterProfiles.Find("idis"), PushLayouts.All);
        var link = new LinkFacts("fuzz", "dlms", null, null);
        var at = new BoxTime(new DateTime(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc), TimeQuality.Synchronised, 0, 1);
        return input =>
        {
            if (input.IsEmpty)
            {
                return "empty";
            }

            using var receiver = new PushReceiver(options, new OneMeter(), new AnyCounters());
            var octets = (input.Span[0] & 1) != 0 ? sealing.Seal(input.Span[1..], 1, general: true) : input[1..];
            var peer = new PushPeer { Meter = (input.Span[0] & 2) != 0 ? MeterId.Parse("SIM0000000000001") : default };
            var allowance = default(Judging.PartAllowance);
            allowance.Begin(octets.Length);
            var taken = receiver.Receive(octets, peer, link, at);
            allowance.End();
            return taken.Events is [DriverEvent.Rejected rejected, ..] ? rejected.Fault.Sentence : null;
        };
    })
    { JudgesParts = true, Generate = DataGenerator.Write, Words = [.. DlmsFamilies.Tags, [0x02, 0x04, 0x12, 0x00, 0x03, 0x09, 0x06], [0x09, 0x06, 0x01, 0x00, 0x01, 0x08, 0x00, 0xFF], [0x02, 0x02, 0x0F, 0x00, 0x16, 0x1E]], Openers = DlmsFamilies.Nesting };

    /// <summary>Lists with and without their objects, names beside values, in text, in the wrapper, an alarm, an event, a P1 telegram.</summary>
    private static List<byte[]> Corpus()
    {
        string[] messages =
        [
            "0F000000010C07EA0B170101020300FFC400020309060100010800FF0600001388160F", "0F4000000100020309060100010800FF060000138802020F00161E", "0F0000000100" + "0202" + "0102" + "020412000109060000600100FF0F021200000204120003090601000108 00FF0F02120000".Replace(" ", "", StringComparison.Ordinal) + "0A0453494D31" + "0600001388",
            "0F00000001000102" + "020309060100010800FF06000013 8802020F00161E".Replace(" ", "", StringComparison.Ordinal) + "0203090601001F0700FF1200EE02020FFF1621", "0F0000000100020A0A0453494D310906010001070 0FF0600000064".Replace(" ", "", StringComparison.Ordinal) + "09060100010800FF060000138809060100020800FF0600000001" + "09060100200700FF120900",
            "C2010C07EA0B170101020300FFC40001000061620 0FF0206000000 04".Replace(" ", "", StringComparison.Ordinal), "0001000100670022" + "0F000000010C07EA0B170101020300FFC400020309060100010800FF0600001388160F",
        ];
        var corpus = new List<byte[]>();
        foreach (var message in messages)
        {
            var octets = Convert.FromHexString(message);
            corpus.Add([2, .. octets]);
            corpus.Add([3, .. octets]);
        }

        corpus.Add([2, .. "/ISk5\\2MT382-1000\r\n\r\n0-0:96.1.1(4B384547303034303436333935353037)\r\n1-0:1.8.1(123456.789*kWh)\r\n!\r\n"u8]);
        corpus.Add([0, .. new Sealing(Meter, Key, Authentication).Seal(Convert.FromHexString(messages[0]), 1, general: true)]);
        return corpus;
    }

    private sealed class OneMeter : IKeyRing
    {
        public long Version => 0;

        public int Find(in KeyName name, Span<byte> destination)
        {
            (name.Purpose == KeyPurpose.Gak ? Authentication : Key).CopyTo(destination);
            return Key.Length;
        }
    }
}
