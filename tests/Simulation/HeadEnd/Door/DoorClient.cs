using System.Security.Cryptography;
using Metering;
using Protocols.Dlms.Apdu;

namespace Simulation.HeadEnd.Door;

/// <summary>One association of a head-end, with the box or through it with a meter: public, or proved by GMAC (mechanism 5) and ciphered.</summary>
/// <param name="keys">Null for the public client.</param>
internal sealed class DoorClient(DoorLine line, DoorRoute route, int client, ClientKeys? keys)
{
    /// <summary>Client SAP of everybody.</summary>
    internal const int Public = 16;

    private const byte Gmac = 5, Accepted = 0, ProofWanted = 14;
    private const ushort LongestPdu = 2048;

    /// <summary>Bits 11, 19, 20, 21 and 23: blocks of GET, GET, SET, selective access, ACTION.</summary>
    private static readonly Conformance Services = new(0x00101D);

    /// <summary>Of this head-end, as long as it runs: its counters belong to it.</summary>
    private static readonly byte[] Title = [.. "HES"u8, .. RandomNumberGenerator.GetBytes(5)];

    private static readonly byte[] NameHead = [0x60, 0x85, 0x74, 0x05, 0x08];
    private static readonly AttributeDescriptor Proof = new(15, new Obis(0, 0, 40, 0, 0, 255), 1);
    private DoorCipher? _cipher;
    private int _asked;

    /// <summary>Associates.</summary>
    /// <param name="first">The counter to use first.</param>
    internal async Task AssociateAsync(uint first, CancellationToken stop)
    {
        _cipher = keys is null ? null : new DoorCipher(keys, Title, first);
        var challenge = RandomNumberGenerator.GetBytes(16);
        Pdu initiate = new InitiateRequest(null, null, null, 6, Services, LongestPdu);
        var fields = new List<(byte, ReadOnlyMemory<byte>)> { (AssociationMessage.ContextName, (byte[])[0x06, 0x07, .. NameHead, 1, (byte)(_cipher is null ? 1 : 3)]) };
        if (_cipher is not null)
        {
            fields.Add((AssociationMessage.CallingTitle, (byte[])[0x04, 8, .. Title]));
            fields.Add((AssociationMessage.Requirements, (byte[])[0x07, 0x80]));
            fields.Add((AssociationMessage.Mechanism, (byte[])[.. NameHead, 2, Gmac]));
            fields.Add((AssociationMessage.CallingValue, (byte[])[0x80, (byte)challenge.Length, .. challenge]));
        }

        var inner = _cipher?.Protect(initiate) ?? initiate.ToOctets();
        fields.Add((AssociationMessage.UserInformation, (byte[])[0x04, .. DoorCipher.Length(inner.Length), .. inner]));
        var answer = await AskAsync(AssociationMessage.Of(ApduTag.AssociationRequest, fields).ToOctets(), stop).ConfigureAwait(false);
        if (Pdu.Read(answer, out _) is not AssociationMessage { Tag: ApduTag.AssociationResponse } response)
        {
            throw Unexpected(answer, "the AARQ");
        }

        if (response.AssociationResult != Accepted)
        {
            throw new DoorException($"{route.Name} refuses the association of client {client}: result {response.AssociationResult}, diagnostic {response.DiagnosticValue}", isRefusal: true);
        }

        if (_cipher is not null)
        {
            await ProveAsync(_cipher, response, challenge, stop).ConfigureAwait(false);
        }
    }

    /// <summary>The Data of an attribute, blocks put together.</summary>
    internal async Task<byte[]> GetAsync(ushort classId, Obis name, int attribute, Selection? access, CancellationToken stop)
    {
        var id = Next();
        var answer = await ServeAsync(new GetRequest.Normal(id, new AttributeDescriptor(classId, name, (sbyte)attribute), access), stop).ConfigureAwait(false);
        var whole = new List<byte>();
        Blocks = 1;
        while (answer is GetResponse.WithDatablock block && block.Error is null)
        {
            whole.AddRange(block.Raw.Span);
            if (block.Last)
            {
                return [.. whole];
            }

            Blocks++;
            answer = await ServeAsync(new GetRequest.Next(id, block.Block), stop).ConfigureAwait(false);
        }

        return answer switch
        {
            GetResponse.Normal { Result: { Error: null, Data: var data } } => data.ToArray(),
            GetResponse.Normal { Result.Error: { } error } => throw new DoorException($"{route.Name} denies {name} attribute {attribute} with data-access-result {error}", isRefusal: true),
            GetResponse.WithDatablock { Error: { } error } => throw new DoorException($"{route.Name} breaks {name} attribute {attribute} off with data-access-result {error}", isRefusal: true),
            _ => throw new DoorException($"{answer.Name} answers a GET", isRefusal: false),
        };
    }

    /// <summary>Blocks in which the last answer came.</summary>
    internal int Blocks { get; private set; }

    /// <summary>Tries to write in clear, which nobody should let through.</summary>
    internal async Task SetInClearAsync(ushort classId, Obis name, byte[] value, CancellationToken stop)
    {
        var answer = await AskAsync(new SetRequest.Normal(Next(), new AttributeDescriptor(classId, name, 2), null, value).ToOctets(), stop).ConfigureAwait(false);
        if (Pdu.Read(answer, out _) is not SetResponse.Normal { Result: 0 })
        {
            throw new DoorException($"{route.Name} answers {Pdu.Read(answer, out _)?.Name ?? "rubbish"}", isRefusal: true);
        }
    }

    /// <summary>Ends the association.</summary>
    internal async Task ReleaseAsync(CancellationToken stop)
    {
        var fields = new List<(byte, ReadOnlyMemory<byte>)> { (AssociationMessage.Reason, (byte[])[0]) };
        if (_cipher?.Protect(new InitiateRequest(null, null, null, 6, Services, LongestPdu)) is { } inner)
        {
            fields.Add((AssociationMessage.UserInformation, (byte[])[0x04, .. DoorCipher.Length(inner.Length), .. inner]));
        }

        var answer = await AskAsync(AssociationMessage.Of(ApduTag.ReleaseRequest, fields).ToOctets(), stop).ConfigureAwait(false);
        if (Pdu.Read(answer, out _) is not AssociationMessage { Tag: ApduTag.ReleaseResponse })
        {
            throw Unexpected(answer, "the RLRQ");
        }
    }

    private async Task ProveAsync(DoorCipher cipher, AssociationMessage response, byte[] challenge, CancellationToken stop)
    {
        var (theirs, title) = (response.AuthenticationValue, response.SystemTitle);
        if (response.DiagnosticValue != ProofWanted || theirs is not { Length: >= 8 } given || title is not { Length: 8 } || given.Span.SequenceEqual(challenge) || response.Initiate is not { } initiate)
        {
            throw new DoorException($"{route.Name} associates without asking for a proof", isRefusal: false);
        }

        cipher.Theirs = title.Value.ToArray();
        if (cipher.Open(initiate.ToArray()) is not InitiateResponse)
        {
            throw new DoorException("the AARE holds no initiate response", isRefusal: false);
        }

        var value = cipher.Prove(given.Span);
        var answer = await ServeAsync(new ActionRequest.Normal(Next(), Proof, (byte[])[0x09, (byte)value.Length, .. value]), stop).ConfigureAwait(false);
        if (answer is not ActionResponse.Normal { Result: { Result: 0, Return: { Error: null } proof } } || proof.Data.Length < 2 || !cipher.IsProof(proof.Data.Span[2..], challenge))
        {
            throw new DoorException($"{route.Name} does not prove that it has the key of client {client}", isRefusal: true);
        }
    }

    private async Task<Pdu> ServeAsync(Pdu question, CancellationToken stop)
    {
        var answer = await AskAsync(_cipher?.Protect(question) ?? question.ToOctets(), stop).ConfigureAwait(false);
        return _cipher?.Open(answer) ?? Pdu.Read(answer, out _) switch
        {
            null or ExceptionResponse => throw Unexpected(answer, question.Name),
            var pdu => pdu,
        };
    }

    private async Task<byte[]> AskAsync(byte[] apdu, CancellationToken stop)
    {
        await line.SendAsync(client, route.Device, route.Dress(apdu), stop).ConfigureAwait(false);
        return route.Undress(await line.ReceiveAsync(client, route.Device, stop).ConfigureAwait(false));
    }

    /// <summary>Confirmed, of high priority, numbered.</summary>
    private InvokeId Next() => new((byte)(0xC0 | (++_asked & 0x0F)));

    private DoorException Unexpected(byte[] answer, string what) => Pdu.Read(answer, out _) is ExceptionResponse exception
        ? new DoorException($"{route.Name} answers {what} with exception-response {exception.State:X2} {exception.Service:X2}", isRefusal: true)
        : new DoorException($"{route.Name} answers {what} with {Pdu.Read(answer, out _)?.Name ?? "rubbish"}", isRefusal: false);
}
