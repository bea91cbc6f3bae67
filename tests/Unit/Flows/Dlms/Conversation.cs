using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>A client's session and a simulated meter, APDU for APDU, without framing.</summary>
internal sealed class Conversation
{
    private static readonly byte[] Title = [.. "DCU"u8, 1, 2, 3, 4, 5];

    internal Conversation(DlmsMeterPlan plan, AssociationSettings settings, ICounterStore? counters = null)
    {
        World = new DateTime(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc);
        Meter = new DlmsMeter(plan, () => World);
        var security = settings.Client == 16 ? null
            : new ClientSecurity(settings, Title, Meter.Keys.Guek, Meter.Keys.Gak, counters ?? new FreshCounters(), new KeyName(Meter.Name, KeyPurpose.Guek, 1));
        security?.Grant(1, 5000);
        Session = new ClientSession(settings, security, Meter.Keys.Secret);
    }

    /// <summary>With a meter that others speak with too.</summary>
    internal Conversation(DlmsMeter meter, AssociationSettings settings, MeterKeys keys)
    {
        Meter = meter;
        var security = settings.Client == 16 ? null : new ClientSecurity(settings, Title, keys.Guek, keys.Gak, new FreshCounters(), new KeyName(meter.Name, KeyPurpose.Guek, settings.Client));
        security?.Grant(keys.Expects, 5000);
        Session = new ClientSession(settings, security, keys.Secret);
    }

    internal DateTime World { get; set; }

    internal DlmsMeter Meter { get; }

    internal ClientSession Session { get; }

    /// <summary>Octets of the longest answer.</summary>
    internal int LongestAnswer { get; private set; }

    /// <summary>What stands between the meter and us.</summary>
    internal Func<byte[], IEnumerable<byte[]>> OnTheWay { get; set; } = answer => [answer];

    internal static AssociationSettings Management(int mechanism = 5, byte suite = 0, bool ciphered = true) =>
        new() { Client = 1, Mechanism = (AuthenticationMechanism)mechanism, Suite = suite, IsCiphered = ciphered };

    /// <summary>Associates; gives why not, or null.</summary>
    internal string? Associate() => Run(Session.Associate());

    /// <summary>Runs a procedure; gives why it failed, or null.</summary>
    internal string? Run(Procedure procedure) => Run(Session.Start(procedure));

    internal DataResult Get(ushort classId, Obis name, sbyte attribute, Selection? access = null)
    {
        var get = new GetProcedure(new AttributeDescriptor(classId, name, attribute), access);
        Assert.Null(Run(get));
        return get.Result;
    }

    internal string? Run(ReadOnlyMemory<byte> question)
    {
        var inbox = new Queue<byte[]>();
        while (true)
        {
            if (!question.IsEmpty && Meter.Answer(Session.Settings.Client, question) is { } answer)
            {
                LongestAnswer = Math.Max(LongestAnswer, answer.Length);
                foreach (var arrived in OnTheWay(answer))
                {
                    inbox.Enqueue(arrived);
                }
            }

            if (!inbox.TryDequeue(out var next))
            {
                return question.IsEmpty && Session.Settings.IsPreEstablished ? null : "silence";
            }

            var step = Session.Take(next);
            question = step.Move == SessionMove.Ask ? step.Octets : default;
            if (step.Move is SessionMove.Done or SessionMove.Failed)
            {
                return step.Sentence;
            }
        }
    }
}
