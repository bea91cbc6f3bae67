using System.Security.Cryptography;
using Concentrator.Upstream.Dlms.Objects;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Security;

namespace Concentrator.Upstream.Dlms;

/// <summary>What became of an association with the step that was taken last.</summary>
internal enum AssociationStep
{
    Nothing, Associated, Refused, Unproven,
}

/// <summary>One client's conversation with the box's management logical device over one connection: sees to it that there are invocation counters, and that what is answered was kept before.</summary>
internal sealed class BoxAssociation : IDisposable
{
    private const int FewCounters = 8, CountersAtOnce = 64, LongestKey = 64;
    private readonly HostAssociation _host;
    private readonly HostSecurity? _security;
    private readonly ICounterStore _counters;
    private readonly KeyName _name;
    private readonly bool _isHigh;

    internal BoxAssociation(int client, DoorOptions options, LogicalDevice device, IKeyRing keys, ICounterStore counters)
    {
        (_counters, _name, KeysVersion) = (counters, new KeyName(options.KeyDevice, KeyPurpose.Guek, client), keys.Version);
        var mechanism = client == BoxClients.Management ? options.Mechanism : 0;
        _isHigh = mechanism >= 2;
        ReadOnlyMemory<byte> password = default;
        if (mechanism == 1)
        {
            var secret = new byte[LongestKey];
            password = secret.AsMemory(0, keys.Find(_name with { Purpose = KeyPurpose.Lls }, secret));
        }

        _security = _isHigh ? Security(options, keys, counters, _name) : null;
        IsKeyMissing = (_isHigh && _security is null) || (mechanism == 1 && password.IsEmpty);
        var known = new HostClient(client, IsKeyMissing ? (int)AuthenticationMechanism.Gmac : mechanism, _isHigh || IsKeyMissing, password, one => BoxObjects.RightsOf(client, one));
        _host = new HostAssociation(device, known, new Protocols.Dlms.Host.HostOptions(options.LongestPdu, BoxClients.Conformance), _security);
    }

    /// <summary>The keys file has no line for this client, or one that does not fit the suite: everybody is refused.</summary>
    internal bool IsKeyMissing { get; }

    /// <summary>Version of the keys it was made with.</summary>
    internal long KeysVersion { get; }

    /// <summary>The client may use services.</summary>
    internal bool IsAssociated => _host.IsAssociated;

    /// <summary>It proved that it has the key: more than a password that everybody on the way has read.</summary>
    internal bool IsProven => _isHigh && _host.IsAssociated;

    /// <summary>System title of the client.</summary>
    internal ReadOnlyMemory<byte> ClientTitle => _host.ClientTitle;

    /// <summary>What the last APDU changed.</summary>
    internal AssociationStep Step { get; private set; }

    /// <summary>The answer to an APDU, in as many as it takes; none where none is due.</summary>
    /// <exception cref="OverflowException">The invocation counters of the key are used up.</exception>
    internal async ValueTask<IReadOnlyList<byte[]>> AnswerAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop)
    {
        if (_security is not null)
        {
            _security.Expects = Math.Max(_security.Expects, Math.Min(_counters.LastAccepted(_name), uint.MaxValue - 1) + 1); // another connection of this client may have gone on
            if (_security.CountersLeft < FewCounters)
            {
                _security.Grant(await _counters.ReserveAsync(_name, CountersAtOnce, 1, stop).ConfigureAwait(false), CountersAtOnce);
            }
        }

        var (wasAssociated, awaited) = (_host.IsAssociated, _host.AwaitsProof);
        var answers = new List<byte[]>(1);
        var first = _host.Answer(apdu);
        if (_host.Wanted is { Object: IOutsideObject one } work)
        {
            first = _host.Settle(await one.CarryOutAsync(work, stop).ConfigureAwait(false));
        }

        for (var answer = first; answer is not null; answer = _host.TryTakeFurther(out var further) ? further : null)
        {
            answers.Add(answer);
        }

        Step = !wasAssociated && _host.IsAssociated ? AssociationStep.Associated
            : awaited && !_host.AwaitsProof && !_host.IsAssociated ? AssociationStep.Unproven
            : !wasAssociated && apdu.Span[0] == (byte)ApduTag.AssociationRequest && !_host.AwaitsProof ? AssociationStep.Refused : AssociationStep.Nothing;
        return answers;
    }

    public void Dispose()
    {
        _host.End();
        _security?.Dispose();
    }

    private static HostSecurity? Security(DoorOptions options, IKeyRing keys, ICounterStore counters, KeyName name)
    {
        Span<byte> key = stackalloc byte[LongestKey], authentication = stackalloc byte[LongestKey];
        try
        {
            var wanted = options.Suite == 2 ? 32 : 16;
            return keys.Find(name, key) == wanted && keys.Find(name with { Purpose = KeyPurpose.Gak }, authentication) == wanted
                ? new HostSecurity(options.Title, options.Suite, key[..wanted], authentication[..wanted], default, counters, name) { Required = CipheredContent.Authenticated | CipheredContent.Encrypted }
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(authentication);
        }
    }
}
