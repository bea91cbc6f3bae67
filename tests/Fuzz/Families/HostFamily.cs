using System.Security.Cryptography;
using Fuzz.Judging;
using Fuzz.Mutation;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Host;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Fuzz.Families;

/// <summary>
/// A logical device whose client asks anything: in clear, ciphered, and ciphered with the right keys, under the product's security and under the simulated meters'.
/// <code>first octet: bits 0 to 4 the mode, 20 the product's security, 40 short APDUs, 80 with keys to sign and to agree by</code>
/// </summary>
internal static class HostFamily
{
    private const int Modes = 5, Public = 0, Plain = 1, Sealed = 2, High = 3, Low = 4;
    private static readonly byte[] Title = [.. "DCU"u8, 1, 2, 3, 4, 5], Meter = [.. "SIM"u8, 0, 0, 0, 0, 1], Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], Authentication = [.. Enumerable.Range(0xD0, 16).Select(i => (byte)i)];

    private static readonly byte[] Rows = MakeRows();

    internal static Family Association => new("host", Corpus, () =>
    {
        var sealing = new Sealing(Title, Key, Authentication);
        var name = new KeyName("DCU", KeyPurpose.Guek, 1);
        using var theirs = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var known = KeyAgreement.PublicOctets(theirs);
        var credentials = new Credentials
        {
            Signing = ECDsa.Create(ECCurve.NamedCurves.nistP256), Agreement = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), TheirSigning = known, TheirAgreement = known, Wrapping = Key,
        };
        return input =>
        {
            if (input.IsEmpty)
            {
                return "empty";
            }

            var mode = (input.Span[0] & 0x1F) % Modes;
            var keys = new MeterKeys { Title = Meter, Guek = Key, Gak = Authentication, Secret = Key };
            var client = new HostClient(1, mode switch { High => 5, Low => 1, _ => 0 }, mode >= Sealed, Key, static _ => AccessRight.All, mode is Plain or Sealed);
            using var own = mode >= Sealed && (input.Span[0] & 0x20) != 0 ? new HostSecurity(
                Meter, 0, Key, Authentication, Key, new AnyCounters(), name, (input.Span[0] & 0x80) != 0 ? credentials : null) : null;
            own?.Grant(1, 1 << 20);
            IHostSecurity? security = mode < Sealed ? null : own is not null ? own : new MeterSecurity(keys);
            var host = new HostAssociation(Device(), client, new HostOptions((input.Span[0] & 0x40) != 0 ? 128 : 1024), security);
            var requests = new Messages(input);
            var allowance = default(PartAllowance);
            var answered = 0;
            for (uint counter = 1; requests.TryNext(out var request); counter++)
            {
                var octets = mode == Sealed ? sealing.Seal(request.Span, counter, general: true) : request;
                allowance.Begin(octets.Length);
                answered += host.Answer(octets) is [0xD8, ..] or null ? 0 : 1;
                allowance.End();
            }

            return answered > 0 ? null : "only exceptions";
        };
    })
    { JudgesParts = true, Generate = DataGenerator.Write, Words = [.. DlmsFamilies.Tags, .. Device().Objects.Select(one => (byte[])[0, (byte)one.ClassId, one.Name.A, one.Name.B, one.Name.C, one.Name.D, one.Name.E, one.Name.F, 2])], Openers = DlmsFamilies.Nesting };

    private static LogicalDevice Device()
    {
        var device = new LogicalDevice();
        device.Add(new StoredObject(1, new Obis(0, 0, 42, 0, 0, 255), [0x09, 0x03, 0x53, 0x49, 0x4D]));
        device.Add(new StoredObject(3, new Obis(1, 0, 1, 8, 0, 255), [0x06, 0, 0, 0x13, 0x91], [0x02, 0x02, 0x0F, 0, 0x16, 0x1E]));
        device.Add(new StoredObject(8, new Obis(0, 0, 1, 0, 0, 255), [0x09, 0x0C, 7, 0xEA, 11, 23, 1, 1, 2, 3, 0, 0xFF, 0xC4, 0], [0x10, 0xFF, 0xC4]));
        device.Add(new StoredObject(70, new Obis(0, 0, 96, 3, 10, 255), [0x03, 1], [0x16, 1]));
        device.Add(new StoredObject(7, new Obis(1, 0, 99, 1, 0, 255), Rows));
        return device;
    }

    private static byte[] MakeRows() => [0x01, 40, .. Enumerable.Range(0, 40).SelectMany(row => (byte[])[0x02, 0x03, 0x11, 0x00, 0x06, 0x00, 0x00, 0x00, (byte)row, 0x12, 0x00, (byte)row])];

    private static List<byte[]> Corpus()
    {
        var requests = DlmsSeeds.Apdus.Select(Convert.FromHexString).Where(apdu => apdu[0] is 0xC0 or 0xC1 or 0xC3 or 0xD9).ToList();
        requests.Add(Convert.FromHexString("C001C1000700 01000063010 0FF0202".Replace(" ", "", StringComparison.Ordinal)[..26]));
        var associate = Convert.FromHexString("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0");
        byte[] next = Convert.FromHexString("C002C100000001"), profile = Convert.FromHexString("C001C100070100630100FF0200");
        var corpus = new List<byte[]>();
        foreach (var request in requests)
        {
            corpus.Add(Messages.Of(Plain, request));
            corpus.Add(Messages.Of(Sealed, request));
            corpus.Add(Messages.Of(Sealed | 0x20, request));
        }

        foreach (var envelope in DlmsSeeds.Apdus.Select(Convert.FromHexString).Where(apdu => apdu[0] is 0xDD or 0xDF))
        {
            corpus.Add(Messages.Of(High | 0xA0, envelope));
        }

        corpus.Add(Messages.Of(Public, associate, requests[0], Convert.FromHexString("6203800100"), requests[0]));
        corpus.Add(Messages.Of(Plain | 0x40, profile, next, Convert.FromHexString("C002C100000002"), Convert.FromHexString("C002C100000003")));
        corpus.Add(Messages.Of(Plain, Convert.FromHexString("C102C100080000010000FF020000000000010 4090C07EA".Replace(" ", "", StringComparison.Ordinal)), Convert.FromHexString("C103C10100000002080B170101020300FFC400")));
        corpus.Add(Messages.Of(Plain, Convert.FromHexString("C304C10046000060030AFF010000000001010F"), Convert.FromHexString("C306C10100000002010 0".Replace(" ", "", StringComparison.Ordinal))));
        corpus.Add(Messages.Of(Sealed | 0x60, profile, next));
        corpus.Add(Messages.Of(High, Convert.FromHexString("6055A109060760857405080103A60A040844435501020304058A0207808B0760857405080205AC12801000000000000000000000000000000000BE200 41E211C3000000001".Replace(" ", "", StringComparison.Ordinal))));
        corpus.Add(Messages.Of(Low, Associate(), requests[0]));
        corpus.Add(Messages.Of(Low | 0x20, Associate(), requests[0]));
        return corpus;
    }

    /// <summary>A genuine AARQ of a ciphered association with a password.</summary>
    private static byte[] Associate()
    {
        var initiate = new Sealing(Title, Key, Authentication).Seal(Convert.FromHexString("01000000065F1F0400007E1F04B0"), 1, general: false);
        byte[] content = [0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x03, 0xA6, 0x0A, 0x04, 0x08, .. Title, 0x8A, 0x02, 0x07, 0x80, 0x8B, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x02, 0x01, 0xAC, 0x12, 0x80, 0x10, .. Key, 0xBE, (byte)(initiate.Length + 2), 0x04, (byte)initiate.Length, .. initiate];
        return [0x60, (byte)content.Length, .. content];
    }
}
