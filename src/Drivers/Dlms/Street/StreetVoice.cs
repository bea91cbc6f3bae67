using System.Security.Cryptography;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Street;

/// <summary>
/// What is told to every meter of a street at once, under the broadcast key and as the pre-established client: image blocks and the time, which is all that it can say. Every meter holds that key, so
/// nothing else may be believed under it. Nobody answers: who heard it, each meter's own state tells.
/// </summary>
/// <param name="title">The box's own system title.</param>
/// <param name="longest">The longest APDU that the medium carries to all.</param>
/// <param name="send">Brings an APDU of a client to all; completes when it is out.</param>
internal sealed class StreetVoice(ReadOnlyMemory<byte> title, int longest, Func<int, ReadOnlyMemory<byte>, CancellationToken, ValueTask> send, IKeyRing keys, ICounterStore counters) : IDisposable
{
    private const int CountersAtOnce = 256, Around = 64;
    private readonly Dictionary<string, ClientSession> _sessions = [];
    private long _version = keys.Version;

    /// <summary>The key that a meter has in common with its street; null where the box has none of it.</summary>
    /// <param name="meter">Its id.</param>
    /// <param name="client">Its pre-established client.</param>
    /// <param name="owner">The client under which the keys file has its keys, where it has none for the other.</param>
    internal VoiceKey? KeyOf(string meter, int client, int owner, byte suite)
    {
        Span<byte> both = stackalloc byte[128];
        foreach (var keyed in (ReadOnlySpan<int>)[client, owner])
        {
            var (length, other) = (keys.Find(new KeyName(meter, KeyPurpose.Gbek, keyed), both), 0);
            if (length > 0 && (other = keys.Find(new KeyName(meter, KeyPurpose.Gak, keyed), both[length..])) == length && length == (suite == 2 ? 32 : 16))
            {
                return new VoiceKey(Convert.ToHexString(SHA256.HashData(both[..(length + other)])[..8]), "GBEK-" + Convert.ToHexString(SHA256.HashData(both[..length])[..8]), meter, keyed, client, suite);
            }
        }

        return null;
    }

    /// <summary>The medium carries blocks of this size to all.</summary>
    internal bool Carries(uint blockSize) => blockSize + Around <= longest;

    /// <summary>Tells a block of an image.</summary>
    internal ValueTask TellBlockAsync(VoiceKey key, uint number, ReadOnlyMemory<byte> block, CancellationToken stop) =>
        TellAsync(key, ImageTransfer.TellBlock(number, block.Span), stop);

    /// <summary>Tells the time.</summary>
    internal ValueTask TellTimeAsync(VoiceKey key, AttributeDescriptor clock, ReadOnlyMemory<byte> time, CancellationToken stop) =>
        clock is { ClassId: 8, Attribute: 2 } ? TellAsync(key, new SetProcedure(clock, new DataWriter().Octets(time.Span).ToArray()), stop) : throw new ArgumentException("the street is told the time of a clock, and of nothing else", nameof(clock));

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Security?.Dispose();
        }

        _sessions.Clear();
    }

    private async ValueTask TellAsync(VoiceKey key, Procedure procedure, CancellationToken stop)
    {
        var session = SessionOf(key);
        var security = session.Security!;
        if (security.CountersLeft == 0)
        {
            security.Grant(await counters.ReserveAsync(new KeyName(key.Counters, KeyPurpose.Gbek, key.Client), CountersAtOnce, 1, stop).ConfigureAwait(false), CountersAtOnce);
        }

        foreach (var apdu in session.Tell(procedure))
        {
            await send(key.Client, apdu, stop).ConfigureAwait(false);
        }
    }

    private ClientSession SessionOf(VoiceKey key)
    {
        if (_version != keys.Version)
        {
            Dispose();
            _version = keys.Version;
        }

        if (_sessions.TryGetValue(key.Name, out var known))
        {
            return known;
        }

        Span<byte> broadcast = stackalloc byte[64], authentication = stackalloc byte[64];
        var (length, other) = (keys.Find(new KeyName(key.Meter, KeyPurpose.Gbek, key.KeyedClient), broadcast), keys.Find(new KeyName(key.Meter, KeyPurpose.Gak, key.KeyedClient), authentication));
        if (length == 0 || other == 0)
        {
            throw new IOException($"the broadcast key of {key.Meter} is not known any more");
        }

        var settings = new AssociationSettings { Client = key.Client, Suite = key.Suite, IsCiphered = true, IsPreEstablished = true, IsBroadcast = true, IsGeneral = true };
        var security = new ClientSecurity(settings, title, broadcast[..length], authentication[..other], counters, new KeyName(key.Counters, KeyPurpose.Gbek, key.Client));
        var session = new ClientSession(settings, security, default);
        session.Associate();
        return _sessions[key.Name] = session;
    }
}
