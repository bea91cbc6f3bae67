using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Host;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>A client's session and a simulated meter, APDU for APDU, without framing.</summary>
internal sealed class Conversation
{
    internal static readonly byte[] Title = [.. "DCU"u8, 1, 2, 3, 4, 5];

    internal Conversation(DlmsMeterPlan plan, AssociationSettings settings, ICounterStore? counters = null, bool isBroadcast = false, Func<DlmsMeter, IHostSecurity>? host = null,
        Func<DlmsMeter, Credentials>? credentials = null)
    {
        World = new DateTime(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc);
        Meter = new DlmsMeter(plan, () => World);
        var security = settings.Client == 16 ? null
            : new ClientSecurity(settings, Title, isBroadcast ? Meter.Keys.Gbek : Meter.Keys.Guek, Meter.Keys.Gak, counters ?? new FreshCounters(), new KeyName(Meter.Name, KeyPurpose.Guek, 1))
            {
                Credentials = credentials?.Invoke(Meter),
            };
        _host = host is null ? null : new HostAssociation(
            Meter.Device, new HostClient(settings.Client, (int)settings.Mechanism, settings.IsCiphered, Meter.Keys.Secret, _ => AccessRight.All, UsesShortNames: settings.UsesShortNames), new HostOptions(plan.LongestPdu), host(Meter));
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

    /// <summary>The product's host over the meter's objects, in the meter's place.</summary>
    private readonly HostAssociation? _host;

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
    internal string? Run(Procedure procedure)
    {
        var question = Session.Start(procedure);
        return question.IsEmpty ? procedure.Fault : Run(question);
    }

    internal DataResult Get(ushort classId, Obis name, sbyte attribute, Selection? access = null)
    {
        var get = new GetProcedure(new AttributeDescriptor(classId, name, attribute), access);
        Assert.Null(Run(get));
        return get.Result;
    }

    /// <summary>What stands between us and the meter.</summary>
    internal Func<ReadOnlyMemory<byte>, IEnumerable<ReadOnlyMemory<byte>>> OnTheWayThere { get; set; } = question => [question];

    /// <summary>How often we ask again after silence, as on a medium that loses.</summary>
    internal int Retries { get; set; }

    internal string? Run(ReadOnlyMemory<byte> question)
    {
        var inbox = new Queue<byte[]>();
        for (var retries = 0; ;)
        {
            for (var more = !question.IsEmpty; more; more = Session.TryTakeFurther(out question))
            {
                foreach (var arrived in OnTheWayThere(question))
                {
                    Ask(arrived, inbox);
                }
            }

            if (!inbox.TryDequeue(out var next))
            {
                if (Session.Settings.IsPreEstablished && Session.State == AssociationState.Associated && question.IsEmpty && !Session.IsAsking)
                {
                    return null;
                }

                if (retries++ < Retries)
                {
                    question = Session.Again();
                    continue;
                }

                return "silence";
            }

            var step = Session.Take(next);
            question = step.Move == SessionMove.Ask ? step.Octets : default;
            if (step.Move is SessionMove.Done or SessionMove.Failed)
            {
                return step.Sentence;
            }
        }
    }

    /// <summary>The answer to an APDU of ours; null for none.</summary>
    internal byte[]? Answer(ReadOnlyMemory<byte> apdu) => _host is null ? Meter.Answer(Session.Settings.Client, apdu) : _host.Answer(apdu);

    private byte[]? Further() => (_host is null ? Meter.TryTakeFurther(Session.Settings.Client, out var further) : _host.TryTakeFurther(out further)) ? further : null;

    /// <summary>Gives the meter an APDU and takes everything it answers.</summary>
    internal void Ask(ReadOnlyMemory<byte> apdu, Queue<byte[]> inbox)
    {
        for (var answer = Answer(apdu.ToArray()); answer is not null; answer = Further())
        {
            LongestAnswer = Math.Max(LongestAnswer, answer.Length);
            foreach (var arrived in OnTheWay(answer))
            {
                inbox.Enqueue(arrived);
            }
        }
    }
}
