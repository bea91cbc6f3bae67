using System.Buffers;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>A head-end on a connection: speaks with the box and, behind a prefix, with meters, as any client does.</summary>
internal sealed class HeadEnd(Stream stream)
{
    internal static readonly byte[] Title = [.. "HES"u8, 1, 2, 3, 4, 5];
    private readonly WrapperFramer _framer = new(65_535);
    private readonly byte[] _read = new byte[4096];
    private byte[] _left = [];

    /// <summary>Octets that go out at a time; 0 for all.</summary>
    internal int Chunk { get; init; }

    /// <summary>A session as management client with keys.</summary>
    internal static ClientSession Session(byte[] key, byte[] authentication, byte suite = 0, uint first = 1, AssociationSettings? settings = null, byte[]? title = null)
    {
        settings ??= new AssociationSettings { Client = 1, Mechanism = Protocols.Dlms.Security.AuthenticationMechanism.Gmac, Suite = suite, IsCiphered = true };
        var security = new ClientSecurity(settings, title ?? Title, key, authentication, new FreshCounters(), new KeyName("THEM", KeyPurpose.Guek, settings.Client));
        security.Grant(first, 100_000);
        return new ClientSession(settings, security, default);
    }

    /// <summary>Sends octets as they are.</summary>
    internal async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        for (var rest = octets; !rest.IsEmpty;)
        {
            var piece = rest[..(Chunk == 0 ? rest.Length : Math.Min(Chunk, rest.Length))];
            await stream.WriteAsync(piece);
            rest = rest[piece.Length..];
        }
    }

    /// <summary>Sends an APDU.</summary>
    internal Task SendAsync(ushort client, ushort server, ReadOnlyMemory<byte> apdu) => SendAsync(new WrapperFrame(client, server, apdu).ToOctets());

    /// <summary>The next PDU; null when the other side closed.</summary>
    internal async Task<WrapperFrame?> ReceiveAsync()
    {
        while (true)
        {
            var input = new ReadOnlySequence<byte>(_left);
            var result = _framer.Read(ref input, out var frame, out _);
            if (result == FrameRead.Got)
            {
                _left = input.ToArray();
                return frame;
            }

            Assert.NotEqual(FrameRead.Skipped, result);
            var count = await stream.ReadAsync(_read);
            if (count == 0)
            {
                return null;
            }

            _left = [.. _left, .. _read.AsSpan(0, count)];
        }
    }

    /// <summary>The answer to an APDU.</summary>
    internal async Task<byte[]?> AskAsync(ushort client, ushort server, ReadOnlyMemory<byte> apdu)
    {
        await SendAsync(client, server, apdu);
        return (await ReceiveAsync())?.Apdu.ToArray();
    }

    /// <summary>Runs a session's question to its end; gives why it failed, or null.</summary>
    /// <param name="prefix">The meter behind the box; null for the box itself.</param>
    internal async Task<string?> RunAsync(ClientSession session, ReadOnlyMemory<byte> question, GatewayPrefix? prefix = null, ushort server = 1)
    {
        var client = (ushort)session.Settings.Client;
        while (true)
        {
            for (var more = !question.IsEmpty; more; more = session.TryTakeFurther(out question))
            {
                await SendAsync(client, server, prefix is null ? question : prefix.Wrap(question));
            }

            if (await ReceiveAsync() is not { } frame)
            {
                return "closed";
            }

            Assert.Equal((server, client), (frame.Source, frame.Destination));
            var apdu = frame.Apdu;
            if (prefix is not null && !prefix.TryUnwrap(frame.Apdu, out apdu, out var sentence))
            {
                return sentence ?? "of another meter";
            }

            var step = session.Take(apdu);
            question = step.Move == SessionMove.Ask ? step.Octets : default;
            if (step.Move is SessionMove.Done or SessionMove.Failed)
            {
                return step.Sentence;
            }
        }
    }

    internal Task<string?> AssociateAsync(ClientSession session, GatewayPrefix? prefix = null, ushort server = 1) => RunAsync(session, session.Associate(), prefix, server);

    internal async Task<DataResult> GetAsync(ClientSession session, ushort classId, string name, sbyte attribute, Selection? access = null, GatewayPrefix? prefix = null, ushort server = 1)
    {
        var get = new GetProcedure(new AttributeDescriptor(classId, Obis.Parse(name), attribute), access);
        Assert.Null(await RunAsync(session, session.Start(get), prefix, server));
        return get.Result;
    }

    internal async Task<byte> SetAsync(ClientSession session, ushort classId, string name, sbyte attribute, byte[] value)
    {
        var set = new SetProcedure(new AttributeDescriptor(classId, Obis.Parse(name), attribute), value);
        Assert.Null(await RunAsync(session, session.Start(set)));
        return set.Result;
    }
}
