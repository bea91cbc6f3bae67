using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Client;

/// <summary>Which key of a security setup.</summary>
public enum SetupKey : byte
{
    /// <summary>Global unicast encryption key.</summary>
    Unicast = 0,
    /// <summary>Global broadcast encryption key.</summary>
    Broadcast = 1,
    /// <summary>Authentication key.</summary>
    Authentication = 2,
    /// <summary>Key-encrypting key.</summary>
    Wrapping = 3,
}

/// <summary>Whose certificate, and for what: how class 64 names one to export or to remove.</summary>
/// <param name="Entity">0 server, 1 client, 2 certification authority, 3 other.</param>
/// <param name="Use">0 signing, 1 agreement, 2 TLS, 3 other.</param>
/// <param name="Title">System title.</param>
public readonly record struct CertificateName(byte Entity, byte Use, ReadOnlyMemory<byte> Title);

/// <summary>The methods of a security setup (IEC 62056-6-2, class 64) and of an association's secret (class 15), as procedures. Keys travel wrapped: the box holds no key-encrypting key for them.</summary>
public static class SecuritySetup
{
    private const ushort Setup = 64, Association = 15;
    private static readonly Obis CurrentAssociation = new(0, 0, 40, 0, 0, 255);

    /// <summary>The setup of the current association in most meters.</summary>
    public static Obis Default { get; } = new(0, 0, 43, 0, 0, 255);

    /// <summary>security_activate: a policy that may only become stronger.</summary>
    public static ActionProcedure Activate(Obis setup, byte policy) => Invoke(setup, 1, new DataWriter().Enum(policy));

    /// <summary>key_transfer: all keys that change together, in one call, each wrapped (RFC 3394) under the key-encrypting key.</summary>
    public static ActionProcedure TransferKeys(Obis setup, IReadOnlyList<(SetupKey Key, ReadOnlyMemory<byte> Wrapped)> keys)
    {
        var to = new DataWriter().Array(keys.Count);
        foreach (var (key, wrapped) in keys)
        {
            to.Structure(2).Enum((byte)key).Octets(wrapped.Span);
        }

        return Invoke(setup, 2, to);
    }

    /// <summary>key_agreement (ephemeral unified model, C(2e, 0s)): our ephemeral public keys, each signed. <see cref="AgreedKeys"/> reads the answer.</summary>
    public static ActionProcedure AgreeOnKeys(Obis setup, IReadOnlyList<(SetupKey Key, ReadOnlyMemory<byte> Signed)> keys)
    {
        var to = new DataWriter().Array(keys.Count);
        foreach (var (key, signed) in keys)
        {
            to.Structure(2).Enum((byte)key).Octets(signed.Span);
        }

        return Invoke(setup, 3, to);
    }

    /// <summary>generate_key_pair: 0 signing, 1 agreement, 2 TLS.</summary>
    public static ActionProcedure GenerateKeyPair(Obis setup, byte use) => Invoke(setup, 4, new DataWriter().Enum(use));

    /// <summary>generate_certificate_request: the answer is a PKCS#10 request in an octet string.</summary>
    public static ActionProcedure RequestCertificate(Obis setup, byte use) => Invoke(setup, 5, new DataWriter().Enum(use));

    /// <summary>import_certificate.</summary>
    public static ActionProcedure ImportCertificate(Obis setup, ReadOnlySpan<byte> certificate) => Invoke(setup, 6, new DataWriter().Octets(certificate));

    /// <summary>export_certificate by entity: the answer is a certificate in an octet string.</summary>
    public static ActionProcedure ExportCertificate(Obis setup, in CertificateName name) => Invoke(setup, 7, Name(name));

    /// <summary>remove_certificate by entity.</summary>
    public static ActionProcedure RemoveCertificate(Obis setup, in CertificateName name) => Invoke(setup, 8, Name(name));

    /// <summary>change_HLS_secret of the current association: wrapped, never in clear.</summary>
    public static ActionProcedure ChangeSecret(ReadOnlySpan<byte> wrapped) => new(new AttributeDescriptor(Association, CurrentAssociation, 2), new DataWriter().Octets(wrapped).ToArray());

    /// <summary>What we send for one agreed key: the ephemeral public key and our signature over the key's number and it.</summary>
    public static byte[] SignedEphemeral(SetupKey key, System.Security.Cryptography.ECDiffieHellman ephemeral, System.Security.Cryptography.ECDsa signing)
    {
        var point = KeyAgreement.PublicOctets(ephemeral);
        return [.. point, .. Signatures.Sign(signing, (byte[])[(byte)key, .. point])];
    }

    /// <summary>The keys that both sides have after key_agreement, in the order asked; null with the reason where the meter's answer is not believed.</summary>
    /// <param name="ephemerals">Ours, one for each key.</param>
    /// <param name="theirSigning">The meter's public key for signatures, x and y.</param>
    /// <param name="party">Our system title and the meter's: originator and recipient of the derivation.</param>
    public static IReadOnlyList<byte[]>? AgreedKeys(
        in ActionResult answer, IReadOnlyList<(SetupKey Key, System.Security.Cryptography.ECDiffieHellman Ephemeral)> ephemerals, ReadOnlySpan<byte> theirSigning,
        (ReadOnlyMemory<byte> Originator, ReadOnlyMemory<byte> Recipient) party, byte suite, out string? fault)
    {
        fault = null;
        if (answer.Result != 0 || answer.Return is not { Error: null } data)
        {
            fault = $"the meter agreed on no key: action-result {answer.Result}";
            return null;
        }

        var reader = new AXdrReader(data.Data.Span);
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array || list.Count != ephemerals.Count)
        {
            fault = $"the meter's answer holds no {ephemerals.Count} keys";
            return null;
        }

        using var signer = KeyAgreement.Verifier(theirSigning);
        var keys = new List<byte[]>();
        foreach (var (key, ephemeral) in ephemerals)
        {
            var half = suite == 2 ? 96 : 64;
            if (signer is null || !reader.TryItem(out var pair) || pair.Tag != AXdrTag.Structure || !reader.TryItem(out var id) || id.Content.Length != 1 || id.Content[0] != (byte)key
                || !reader.TryItem(out var signed) || signed.Content.Length != 2 * half)
            {
                fault = signer is null ? "the meter's public key for signatures is not known" : $"the meter's answer holds no ephemeral key for key {(byte)key}";
                return null;
            }

            var point = signed.Content[..half];
            var secret = Signatures.Holds(signer, (byte[])[(byte)key, .. point], signed.Content[half..]) ? KeyAgreement.Secret(ephemeral, point) : null;
            if (secret is null)
            {
                fault = $"the signature of the meter's ephemeral key for key {(byte)key} does not hold";
                return null;
            }

            keys.Add(KeyAgreement.Derive(secret, (suite, key) switch
            {
                (2, SetupKey.Wrapping) => DerivedKey.Wrap256,
                (2, _) => DerivedKey.Gcm256,
                (_, SetupKey.Wrapping) => DerivedKey.Wrap128,
                _ => DerivedKey.Gcm128,
            }, party.Originator.Span, party.Recipient.Span));
        }

        return keys;
    }

    private static ActionProcedure Invoke(Obis setup, sbyte method, DataWriter parameters) => new(new AttributeDescriptor(Setup, setup, method), parameters.ToArray());

    private static DataWriter Name(in CertificateName name) =>
        new DataWriter().Structure(2).Enum(0).Structure(3).Enum(name.Entity).Enum(name.Use).Octets(name.Title.Span);
}
