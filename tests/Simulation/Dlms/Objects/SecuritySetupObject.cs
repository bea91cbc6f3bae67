using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 64: policy, keys and certificates of a meter. A transferred key serves at once, for the answer too; what may be wrong with one of several keys is found before any is taken.</summary>
/// <param name="clientTitle">System title of the client whose keys are agreed on.</param>
public sealed class SecuritySetupObject(MeterKeys keys, byte number, Func<ReadOnlyMemory<byte>> clientTitle) : CosemObject(64, 1, new Obis(0, 0, 43, 0, number, 255))
{
    private const byte Authenticated = 0x04 | 0x20, Encrypted = 0x08 | 0x40;
    private readonly List<byte[]> _certificates = [];
    private byte _policy;

    /// <summary>Keys were taken and serve from now on.</summary>
    public event Action? Transferred;

    public override int Attributes => 6;

    public override int Methods => 8;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().Enum(_policy).ToArray()),
        3 => Result(new DataWriter().Enum(keys.Suite).ToArray()),
        4 => Result(new DataWriter().Octets(clientTitle().Span).ToArray()),
        5 => Result(new DataWriter().Octets(keys.Title).ToArray()),
        6 => Result(Certificates()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var reader = new AXdrReader((parameters ?? default).Span);
        if (!reader.TryItem(out var first))
        {
            return new ActionResult(TypeUnmatched, null);
        }

        switch (method)
        {
            case 1 when first.Tag == AXdrTag.Enum && first.Content.Length == 1:
                return new ActionResult(Strengthen(first.Content[0]) ? Success : Denied, null);
            case 2 when first.Tag == AXdrTag.Array:
                return new ActionResult(Transfer(ref reader, first.Count), null);
            case 3 when first.Tag == AXdrTag.Array:
                return Agree(ref reader, first.Count);
            case 4 when first.Tag == AXdrTag.Enum && first.Content[0] <= 1:
                return new ActionResult(MakePair(first.Content[0]), null);
            case 5 when first.Tag == AXdrTag.Enum && first.Content[0] == 0 && keys.Signing is not null:
                return new ActionResult(Success, Result(new DataWriter().Octets(Request().CreateSigningRequest()).ToArray()));
            case 6 when first.Tag == AXdrTag.OctetString:
                return new ActionResult(Import(first.Content.ToArray()), null);
            case 7 or 8 when first.Tag == AXdrTag.Structure:
                return Named(ref reader, remove: method == 8);
            default:
                return new ActionResult(TypeUnmatched, null);
        }
    }

    private bool Strengthen(byte policy)
    {
        if ((policy & _policy) != _policy)
        {
            return false;
        }

        _policy = policy;
        keys.Required = (byte)(((policy & Authenticated) != 0 ? 0x10 : 0) | ((policy & Encrypted) != 0 ? 0x20 : 0));
        return true;
    }

    private byte Transfer(ref AXdrReader reader, int count)
    {
        var taken = new List<(byte Id, byte[] Key)>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryItem(out var pair) || pair.Tag != AXdrTag.Structure || !reader.TryItem(out var id) || id.Content.Length != 1 || !reader.TryItem(out var wrapped) || id.Content[0] > 3)
            {
                return TypeUnmatched;
            }

            if (MeterKeyWrap.Unwrap(keys.Kek, wrapped.Content.ToArray()) is not { } key || key.Length != (keys.Suite == 2 ? 32 : 16))
            {
                return OtherReason;
            }

            taken.Add((id.Content[0], key));
        }

        foreach (var (id, key) in taken)
        {
            keys.Use(id, key);
        }

        Transferred?.Invoke();
        return Success;
    }

    private ActionResult Agree(ref AXdrReader reader, int count)
    {
        var to = new DataWriter().Array(count);
        var half = keys.Suite == 2 ? 96 : 64;
        var hash = keys.Suite == 2 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryItem(out _) || !reader.TryItem(out var id) || id.Content.Length != 1 || !reader.TryItem(out var signed) || signed.Content.Length != 2 * half || keys.Signing is null)
            {
                return new ActionResult(TypeUnmatched, null);
            }

            using var verifier = ECDsa.Create(MeterEnvelopes.Point(keys.ClientSigning));
            if (!verifier.VerifyData((byte[])[id.Content[0], .. signed.Content[..half]], signed.Content[half..], hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            {
                return new ActionResult(OtherReason, null);
            }

            using var ephemeral = ECDiffieHellman.Create(keys.Suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
            using var theirs = ECDiffieHellman.Create(MeterEnvelopes.Point(signed.Content[..half].ToArray()));
            var own = MeterEnvelopes.Octets(ephemeral);
            byte algorithm = (byte)((id.Content[0] == 3 ? 2 : 0) + (keys.Suite == 2 ? 1 : 0));
            byte[] input = [0, 0, 0, 1, .. ephemeral.DeriveRawSecretAgreement(theirs.PublicKey), 0x60, 0x85, 0x74, 5, 8, 3, algorithm, .. clientTitle().Span, .. keys.Title];
            keys.Use(id.Content[0], keys.Suite == 2 ? SHA384.HashData(input)[..32] : SHA256.HashData(input)[..16]);
            to.Structure(2).Enum(id.Content[0]).Octets([.. own, .. keys.Signing.SignData((byte[])[id.Content[0], .. own], hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)]);
        }

        return new ActionResult(Success, Result(to.ToArray()));
    }

    private byte MakePair(byte use)
    {
        var curve = keys.Suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
        (keys.Signing, keys.Agreement) = use == 0 ? (ECDsa.Create(curve), keys.Agreement) : (keys.Signing, ECDiffieHellman.Create(curve));
        return keys.Suite == 0 ? Denied : Success;
    }

    private CertificateRequest Request() => new($"CN={Convert.ToHexString(keys.Title)}", keys.Signing!, keys.Suite == 2 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256);

    private byte Import(byte[] octets)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(octets);
            if (certificate.GetNameInfo(X509NameType.SimpleName, false) == Convert.ToHexString(keys.Title))
            {
                keys.Certificate = octets;
            }

            _certificates.Add(octets);
            return Success;
        }
        catch (CryptographicException)
        {
            return TypeUnmatched;
        }
    }

    private ActionResult Named(ref AXdrReader reader, bool remove)
    {
        if (!reader.TryItem(out _) || !reader.TryItem(out _) || !reader.TryItem(out _) || !reader.TryItem(out _) || !reader.TryItem(out var title))
        {
            return new ActionResult(TypeUnmatched, null);
        }

        var name = Convert.ToHexString(title.Content);
        var found = _certificates.FindIndex(octets =>
        {
            using var certificate = X509CertificateLoader.LoadCertificate(octets);
            return certificate.GetNameInfo(X509NameType.SimpleName, false) == name;
        });
        if (found < 0)
        {
            return new ActionResult(Unavailable, null);
        }

        var one = _certificates[found];
        if (remove)
        {
            _certificates.RemoveAt(found);
        }

        return new ActionResult(Success, remove ? null : Result(new DataWriter().Octets(one).ToArray()));
    }

    private byte[] Certificates()
    {
        var to = new DataWriter().Array(_certificates.Count);
        foreach (var octets in _certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(octets);
            to.Structure(6).Enum(0).Enum(0).Octets(certificate.SerialNumberBytes.Span).Octets(certificate.IssuerName.RawData).Octets(certificate.SubjectName.RawData).Octets([]);
        }

        return to.ToArray();
    }
}
