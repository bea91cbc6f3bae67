using Fuzz.Judging;
using Fuzz.Mutation;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;

namespace Fuzz.Families;

/// <summary>A client's session whose meter answers anything: in clear, and ciphered with the right keys. The mode says what the client asks.</summary>
internal static class ClientFamily
{
    private const int Modes = 8, Public = 0, Ciphered = 6, Proving = 7;
    private static readonly byte[] Title = [.. "DCU"u8, 1, 2, 3, 4, 5], Meter = [.. "SIM"u8, 0, 0, 0, 0, 1], Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], Authentication = [.. Enumerable.Range(0xD0, 16).Select(i => (byte)i)];
    private static readonly AttributeDescriptor Clock = new(8, new Obis(0, 0, 1, 0, 0, 255), 2), Energy = new(3, new Obis(1, 0, 1, 8, 0, 255), 2);

    internal static Family Session => new("client", Corpus, () =>
    {
        var sealing = new Sealing(Meter, Key, Authentication);
        var name = new KeyName("SIM0000000000001", KeyPurpose.Guek, 1);
        var (plain, open, ciphered, proving) = (new AssociationSettings { Client = 1, IsPreEstablished = true }, AssociationSettings.Public,
            new AssociationSettings { Client = 1, IsCiphered = true, Mechanism = (AuthenticationMechanism)1 }, new AssociationSettings { Client = 1, IsCiphered = true, Mechanism = (AuthenticationMechanism)5 });
        return input =>
        {
            if (input.IsEmpty)
            {
                return "empty";
            }

            var mode = input.Span[0] % Modes;
            var settings = mode switch { Public => open, Ciphered => ciphered, Proving => proving, _ => plain };
            using var security = mode >= Ciphered ? new ClientSecurity(settings, Title, Key, Authentication, new AnyCounters(), name) : null;
            security?.Grant(1, 1 << 20);
            return Talk(new ClientSession(settings, security, Key, length => new byte[length]), new Messages(input), mode, sealing, (input.Span[0] & 0x80) != 0);
        };
    })
    { JudgesParts = true, Generate = DataGenerator.Write, Words = DlmsFamilies.Tags, Openers = DlmsFamilies.Nesting };

    private static string? Talk(ClientSession session, Messages answers, int mode, Sealing sealing, bool general)
    {
        var (done, last) = (0, "silence");
        var allowance = default(PartAllowance);
        session.Associate();
        for (uint counter = 1; ;)
        {
            if (session.State == AssociationState.Associated)
            {
                session.Start(Ask(mode, done));
            }

            do
            {
                if (session.State == AssociationState.Closed || !answers.TryNext(out var answer))
                {
                    return done > 0 ? null : last;
                }

                if (mode >= Ciphered && counter == 1)
                {
                    answer = Accept(sealing, answer.Span, mode == Proving, general);
                }
                else if (mode >= Ciphered)
                {
                    answer = sealing.Seal(answer.Span, counter, general);
                }

                counter++;
                allowance.Begin(answer.Length);
                var step = session.Take(answer);
                allowance.End();
                done += step.Move == SessionMove.Done ? 1 : 0;
                last = step.Sentence ?? last;
                if (step.Move is SessionMove.Done or SessionMove.Failed)
                {
                    break;
                }
            }
            while (true);
        }
    }

    private static Procedure Ask(int mode, int done) => ((mode + done) % 5) switch
    {
        0 => new GetProcedure(Clock),
        1 => new GetListProcedure([(Clock, null), (Energy, null)]),
        2 => new SetProcedure(Clock, new byte[] { 0x09, 0x0C, 7, 0xEA, 11, 23, 1, 1, 2, 3, 0, 0xFF, 0xC4, 0 }),
        3 => new ActionProcedure(new AttributeDescriptor(70, new Obis(0, 0, 96, 3, 10, 255), 1), new byte[] { 0x0F, 0 }),
        _ => new GetProcedure(Energy, null, 4096),
    };

    /// <summary>An AARE around an initiate response; the response is what is fuzzed.</summary>
    private static byte[] Accept(Sealing sealing, ReadOnlySpan<byte> initiate, bool proving, bool general)
    {
        var inside = sealing.Seal(initiate[..Math.Min(initiate.Length, 64)], 1, general);
        byte[] proof = proving ? [0x88, 0x02, 0x07, 0x80, 0x89, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x02, 0x05, 0xAA, 0x12, 0x80, 0x10, .. Key] : [];
        byte[] content =
        [
            0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x03, 0xA2, 0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03, 0x02, 0x01, (byte)(proving ? 0x0E : 0), 0xA4, 0x0A, 0x04, 0x08, .. Meter, .. proof,
            0xBE, 0x81, (byte)(inside.Length + 2), 0x04, (byte)inside.Length, .. inside,
        ];
        return [0x61, 0x81, (byte)content.Length, .. content];
    }

    private static List<byte[]> Corpus()
    {
        byte[] initiate = Convert.FromHexString("0800065F1F040000501F01F40007"), clock = Convert.FromHexString("C401C100090C07EA0B170101020300FFC400");
        byte[][] answers =
        [
            Convert.FromHexString("C403C102000600001391010B"), Convert.FromHexString("C501C100"), Convert.FromHexString("C701C1000100090411223344"), Convert.FromHexString("C401C1000600001391"),
            Convert.FromHexString("C402C100000000010004090C07EA"), Convert.FromHexString("C402C1010000000200090B17010102030 0FFC400".Replace(" ", "", StringComparison.Ordinal)), Convert.FromHexString("E0C1000100000401020304"), Convert.FromHexString("D8010600000008"),
            Convert.FromHexString("0E010203"), Convert.FromHexString("C2010C07EA0B170101020300FFC40000010000600100FF021101"),
        ];
        var accept = Convert.FromHexString("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007");
        byte[] Answer(int question, int done)
        {
            var answer = question switch { 0 => clock, 1 => answers[0], 2 => answers[1], 3 => answers[2], _ => answers[3] };
            return [answer[0], answer[1], (byte)(0xC1 + done), .. answer[3..]];
        }

        var corpus = new List<byte[]> { Messages.Of(Public, accept, clock, answers[0], answers[1], answers[2]) };
        for (byte mode = 1; mode < Modes; mode++)
        {
            byte[][] head = mode >= Ciphered ? [initiate] : [];
            corpus.Add(Messages.Of((byte)(mode | 0x80), [.. head, answers[4], answers[5], .. answers.Skip(6)]));
            corpus.Add(Messages.Of(mode, [.. head, .. Enumerable.Range(0, 5).Select(done => Answer((mode + done) % 5, done))])); // the right answers, with the invoke ids they are asked under
        }

        return corpus;
    }
}
