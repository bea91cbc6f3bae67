using BenchmarkDotNet.Attributes;
using Metering;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Benchmarks.Dlms;

/// <summary>Promise S2: a load profile of 96 x 4 from the octets of its answer to typed rows, and to a block that is kept; a register asked for and read.</summary>
[MemoryDiagnoser]
[MinColumn]
public class DlmsProfileBenchmarks
{
    private static readonly MeterId Sim = MeterId.Parse("SIM0000000000001");
    private static readonly AttributeDescriptor Register = new(3, new Obis(1, 0, 1, 8, 0, 255), 2);
    private readonly byte[] _response = Samples.Response();
    private readonly byte[] _reply = [0xC4, 0x01, 0xC1, 0x00, 0x06, 0x00, 0x00, 0x13, 0x91];
    private readonly ProfileRows _rows = new();
    private readonly ApduBuffer _question = new();
    private readonly byte[][] _replies = [.. Enumerable.Range(0, 15).Select(id => (byte[])[0xC4, 0x01, (byte)(0xC1 + id), 0x00, 0x06, 0x00, 0x00, 0x13, 0x91])];
    private readonly ClientSession _session = new(AssociationSettings.Public, null, default);
    private readonly GetProcedure _get = new(Register);
    private int _turn;

    [GlobalSetup]
    public void Associate()
    {
        _session.Associate();
        _session.Take(Convert.FromHexString("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007"));
    }

    /// <summary>Every cell typed, every time read.</summary>
    [Benchmark]
    public long ProfileToRows()
    {
        if (!GetResponse.Normal.TryRead(_response, out _, out var result) || _rows.Read(result.Data.Span, Samples.Columns) is not null)
        {
            throw new InvalidOperationException("the profile cannot be read");
        }

        long sum = 0;
        for (var row = 0; row < _rows.Count; row++)
        {
            var cells = _rows[row];
            CosemTime.TryRead(ProfileRows.OctetsOf(cells[0], result.Data.Span), DeviationSign.Standard, out var time);
            sum += cells[2].Number + cells[3].Number + time.Minute;
        }

        return sum;
    }

    [Benchmark]
    public Pdu? ProfileToMessage() => Pdu.Read(_response, out _);

    /// <summary>What is kept: instants and values of 96 rows. The garbage is the block.</summary>
    [Benchmark]
    public ReadingBlock? ProfileToBlock() => ToReadings.Profile(
        new ReadFor(Sim), Samples.Meter.Profiles[0], Samples.Meter, Samples.ReadColumns, 900, _response.AsSpan(4), _rows, out _);

    [Benchmark]
    public long RegisterAskedAndRead()
    {
        _question.Clear();
        GetRequest.Normal.Write(new PduWriter(_question), new InvokeId(0xC1), Register, null);
        return GetResponse.Normal.TryRead(_reply, out var id, out var result) && id.Id == 1 && new AXdrReader(result.Data.Span).TryInteger(out var number)
            ? (long)number + _question.Written.Length : throw new InvalidOperationException("no number");
    }

    /// <summary>The same through the client's session, whose association is open and not ciphered.</summary>
    [Benchmark]
    public long RegisterThroughSession()
    {
        _session.Start(_get);
        var step = _session.Take(_replies[_turn]);
        _turn = _turn < 14 ? _turn + 1 : 0;
        return step.Move == SessionMove.Done && new AXdrReader(_get.Result.Data.Span).TryInteger(out var number) ? (long)number : throw new InvalidOperationException(step.Sentence);
    }
}
