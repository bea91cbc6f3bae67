using System.Security.Cryptography;

namespace Simulation.Dlms;

/// <summary>Keys and counters of one meter.</summary>
public sealed class MeterKeys
{
    private readonly Dictionary<(int Client, bool Broadcast), uint> _expects = [];
    private byte[]? _before, _beforeGak;

    /// <summary>System title, 8 octets.</summary>
    public required byte[] Title { get; init; }

    /// <summary>Suite 0 to 2.</summary>
    public byte Suite { get; init; }

    /// <summary>Global unicast encryption key.</summary>
    public required byte[] Guek { get; set; }

    /// <summary>Global broadcast encryption key; empty for none.</summary>
    public byte[] Gbek { get; set; } = [];

    /// <summary>Authentication key.</summary>
    public required byte[] Gak { get; set; }

    /// <summary>Key-encrypting key; empty for none.</summary>
    public byte[] Kek { get; set; } = [];

    /// <summary>Its private keys for signing and agreement; null for none.</summary>
    public ECDsa? Signing { get; set; }

    /// <inheritdoc cref="Signing"/>
    public ECDiffieHellman? Agreement { get; set; }

    /// <summary>What it knows of the client: public keys for signatures and agreement, x and y.</summary>
    public byte[] ClientSigning { get; set; } = [];

    /// <inheritdoc cref="ClientSigning"/>
    public byte[] ClientAgreement { get; set; } = [];

    /// <summary>Its certificate for signing.</summary>
    public byte[] Certificate { get; set; } = [];

    /// <summary>Makes private keys on the curve of the suite.</summary>
    public void MakePrivateKeys()
    {
        var curve = Suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
        (Signing, Agreement) = (ECDsa.Create(curve), ECDiffieHellman.Create(curve));
    }

    /// <summary>It answers the transfer of a unicast key under the old one, as some meters do.</summary>
    public bool AnswersTransferUnderOldKey { get; set; }

    /// <summary>System title of the client that spoke last.</summary>
    public byte[] ClientTitle { get; set; } = [];

    /// <summary>The keys of the next answer.</summary>
    public byte[] TakeAnswerKey(out byte[] authentication)
    {
        (var key, authentication) = (_before ?? Guek, _beforeGak ?? Gak);
        (_before, _beforeGak) = (null, null);
        return key;
    }

    /// <summary>Takes a new key: 0 unicast, 1 broadcast, 2 authentication, 3 key-encrypting. Under a new unicast key the clients' counters begin anew; its own goes on, which is always right.</summary>
    public void Use(byte id, byte[] key)
    {
        switch (id)
        {
            case 0:
                _before = AnswersTransferUnderOldKey ? Guek : null;
                Guek = key;
                _expects.Clear();
                break;
            case 1:
                Gbek = key;
                break;
            case 2:
                _beforeGak = AnswersTransferUnderOldKey ? Gak : null;
                Gak = key;
                break;
            default:
                Kek = key;
                break;
        }
    }

    /// <summary>Secret of mechanisms 2, 3, 4 and 6.</summary>
    public byte[] Secret { get; set; } = [];

    /// <summary>Bits of the security control octet that every question must have: 10 authenticated, 20 encrypted.</summary>
    public byte Required { get; set; }

    /// <summary>The counter the meter uses next. It has one title and one key, so it has one counter, whoever it answers.</summary>
    public uint Sends { get; set; } = 1;

    /// <summary>One counter is expected of all clients, as some meters do.</summary>
    public bool HasOneCounter { get; init; }

    /// <summary>The lowest counter it takes from the management client.</summary>
    public uint Expects
    {
        get => this[1, false];
        set => this[1, false] = value;
    }

    /// <summary>The lowest counter it takes from a client, under the unicast or the broadcast key.</summary>
    public uint this[int client, bool broadcast]
    {
        get => _expects.GetValueOrDefault((HasOneCounter ? 0 : client, broadcast));
        set => _expects[(HasOneCounter ? 0 : client, broadcast)] = value;
    }

    /// <summary>APDUs it could not open, one after another.</summary>
    public int BadTags { get; set; }

    /// <summary>APDUs it could not open, in all.</summary>
    public int Refused { get; set; }

    /// <summary>Genuine APDUs under a counter that was used before, or passed: a sender must never make one.</summary>
    public int Repeated { get; set; }

    /// <summary>Is told of every genuine use of a key by somebody else: key, system title, counter, and whether it ciphered an APDU (else it proved a challenge).</summary>
    public Action<byte[], byte[], uint, bool>? Used { get; set; }

    /// <summary>It takes nothing any more after so many; 0 for never.</summary>
    public int LocksAfter { get; init; }
}
