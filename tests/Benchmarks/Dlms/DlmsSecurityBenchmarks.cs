using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;

namespace Benchmarks.Dlms;

/// <summary>Promise S2: an association with mechanism 5 and a profile of 96 x 4 under authenticated encryption, both ends of each in one process; what AES-GCM itself takes, beside them.</summary>
[MemoryDiagnoser]
[MinColumn]
public class DlmsSecurityBenchmarks
{
    private static readonly byte[] ClientTitle = [.. "DCU"u8, 1, 2, 3, 4, 5], ServerTitle = [.. "SIM"u8, 1, 2, 3, 4, 6], Key = RandomNumberGenerator.GetBytes(16), Gak = RandomNumberGenerator.GetBytes(16);
    private readonly AesGcm _gcm = new(Key, 12);
    private readonly byte[] _nonce = new byte[12], _tag = new byte[12], _additional = new byte[17], _plain = new byte[Samples.ResponseOctets], _cipher = new byte[Samples.ResponseOctets];
    private readonly ProfileRows _rows = new();
    private readonly GetProcedure _get = new(new AttributeDescriptor(7, Samples.Profile, 2));
    private readonly GetProcedure _register = new(new AttributeDescriptor(3, new Obis(1, 0, 1, 8, 0, 255), 2));
    private Ends _associating = null!, _associated = null!, _open = null!;

    [GlobalSetup]
    public void Build()
    {
        (_associating, _associated, _open) = (new Ends(isCiphered: true), new Ends(isCiphered: true), new Ends(isCiphered: false));
        _associated.Associate();
        _open.Associate();
    }

    [Benchmark]
    public AssociationState AssociationOfMechanism5()
    {
        _associating.Session.End();
        _associating.Host.End();
        return _associating.Associate();
    }

    [Benchmark]
    public int CipheredProfileToRows()
    {
        _associated.Run(_get);
        return _rows.Read(_get.Result.Data.Span, Samples.Columns) is null ? _rows.Count : throw new InvalidOperationException("no rows");
    }

    [Benchmark]
    public DataResult CipheredRegister()
    {
        _associated.Run(_register);
        return _register.Result;
    }

    [Benchmark]
    public DataResult RegisterBothEnds()
    {
        _open.Run(_register);
        return _register.Result;
    }

    [Benchmark]
    public void YardstickGcmOf2694Octets() => _gcm.Encrypt(_nonce, _plain, _cipher, _tag, _additional);

    [Benchmark]
    public void YardstickGcmOf64Octets() => _gcm.Encrypt(_nonce, _plain.AsSpan(0, 64), _cipher.AsSpan(0, 64), _tag, _additional);

    /// <summary>A client's session and a host, each with the product's own ciphering.</summary>
    private sealed class Ends
    {
        private static readonly KeyName Name = new("SIM1", KeyPurpose.Guek, 1);
        private readonly ClientSecurity? _client;
        private readonly HostSecurity _host;

        internal Ends(bool isCiphered)
        {
            var settings = new AssociationSettings { Client = 1, IsCiphered = isCiphered, Mechanism = isCiphered ? AuthenticationMechanism.Gmac : AuthenticationMechanism.None };
            _client = isCiphered ? new ClientSecurity(settings, ClientTitle, Key, Gak, new Samples.Counters(), Name) : null;
            _host = new HostSecurity(ServerTitle, 0, Key, Gak, default, new Samples.Counters(), Name);
            var device = new LogicalDevice();
            device.Add(new Fixed(7, Samples.Profile, Samples.Buffer()));
            device.Add(new Fixed(3, new Obis(1, 0, 1, 8, 0, 255), [0x06, 0x00, 0x00, 0x13, 0x91]));
            Session = new ClientSession(settings, _client, default);
            Host = new HostAssociation(device, new HostClient(1, (int)settings.Mechanism, isCiphered, default, _ => AccessRight.All), new HostOptions(LongestPdu: 0xFFFF), _host);
        }

        internal ClientSession Session { get; }

        internal HostAssociation Host { get; }

        internal AssociationState Associate()
        {
            _client?.Grant(_host.Expects, 1_000_000_000);
            _host.Grant(1, 1_000_000_000);
            Run(Session.Associate());
            return Session.State == AssociationState.Associated ? Session.State : throw new InvalidOperationException("no association");
        }

        internal void Run(Procedure procedure)
        {
            Run(Session.Start(procedure));
            if (procedure.Fault is { } fault)
            {
                throw new InvalidOperationException(fault);
            }
        }

        private void Run(ReadOnlyMemory<byte> question)
        {
            while (Session.Take(Host.Answer(question)) is { } step && step.Move is SessionMove.Ask or SessionMove.Failed)
            {
                question = step.Move == SessionMove.Ask ? step.Octets : throw new InvalidOperationException(step.Sentence);
            }
        }
    }

    /// <summary>An object whose value never changes, so that the host's share is the protocol's.</summary>
    private sealed class Fixed(ushort classId, Obis name, byte[] value) : CosemObject(classId, 1, name)
    {
        public override int Attributes => 8;

        public override DataResult Get(int attribute, Selection? access) => Result(value);
    }
}
