using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms;

/// <summary>Forms of questions that other people's clients use, to a host that our own client never asks in this way.</summary>
public class HostFormsTests
{
    private static readonly AttributeDescriptor Energy = new(3, Obis.Parse("1-0:1.8.0*255"), 2), Load = new(7, Obis.Parse("1-0:99.1.0*255"), 2), Breaker = new(70, Obis.Parse("0-0:96.3.10*255"), 1);
    private static readonly AttributeDescriptor Filter = new(1, Obis.Parse("0-0:97.98.10*255"), 2), Alarm = new(1, Obis.Parse("0-0:97.98.0*255"), 2);
    private static readonly InvokeId Id = new(0xC5);
    private readonly DlmsMeter _meter = new(new DlmsMeterPlan(1, 7, 0, false, LongestPdu: 300), () => new DateTime(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc));

    public HostFormsTests() => Assert.Equal(0x61, _meter.Answer(1, Convert.FromHexString("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"))![0]);

    [Fact]
    public void A_list_of_values_is_written_in_one_question()
    {
        var answer = Ask<SetResponse.WithList>(new SetRequest.WithList(Id, [(Filter, null), (Energy, null), (Alarm, null)], [Number(5), Number(6), Number(7)]));
        Assert.Equal([0, 3, 0], answer.Results);
        Assert.Equal(Number(7), Ask<GetResponse.Normal>(new GetRequest.Normal(Id, Alarm, null)).Result.Data.ToArray());
    }

    [Fact]
    public void A_list_of_values_is_written_in_blocks()
    {
        byte[] values = [2, .. Number(8), .. Number(9)];
        Assert.Equal(1u, Ask<SetResponse.Datablock>(new SetRequest.ListFirstDatablock(Id, [(Filter, null), (Alarm, null)], new DataBlock(false, 1, values.AsMemory(0, 4)))).Block);
        Assert.Equal(2u, Ask<SetResponse.Datablock>(new SetRequest.WithDatablock(Id, new DataBlock(false, 2, values.AsMemory(4, 3)))).Block);
        var last = Ask<SetResponse.LastDatablockList>(new SetRequest.WithDatablock(Id, new DataBlock(true, 3, values.AsMemory(7))));
        Assert.Equal(3u, last.Block);
        Assert.Equal([0, 0], last.Results);
        Assert.Equal(Number(9), Ask<GetResponse.Normal>(new GetRequest.Normal(Id, Alarm, null)).Result.Data.ToArray());
    }

    [Theory]
    [InlineData("0306000000080600000009")]
    [InlineData("020600000008")]
    [InlineData("02060000000806000000090000")]
    public void Blocks_that_hold_another_number_of_values_are_refused_and_nothing_is_written(string values)
    {
        var before = Ask<GetResponse.Normal>(new GetRequest.Normal(Id, Filter, null)).Result.Data.ToArray();
        Assert.Equal([(byte)17, (byte)17], Ask<SetResponse.LastDatablockList>(new SetRequest.ListFirstDatablock(Id, [(Filter, null), (Alarm, null)], new DataBlock(true, 1, Convert.FromHexString(values)))).Results);
        Assert.Equal(before, Ask<GetResponse.Normal>(new GetRequest.Normal(Id, Filter, null)).Result.Data.ToArray());
    }

    [Fact]
    public void Methods_are_executed_as_a_list_in_one_question_and_in_blocks()
    {
        var reconnect = Breaker with { Attribute = 2 };
        var unknown = new AttributeDescriptor(70, Obis.Parse("0-0:96.3.11*255"), 1);
        byte[] zero = [0x0F, 0x00];
        Assert.Equal([(byte)0, (byte)4], Ask<ActionResponse.WithList>(new ActionRequest.WithList(Id, [Breaker, unknown], [zero, zero])).Results.Select(one => one.Result));
        Assert.Equal(0, _meter.Part<Simulation.Dlms.Equipment.Breaker>()!.Control.State);
        Ask<ActionResponse.NextPblock>(new ActionRequest.ListFirstPblock(Id, [reconnect, unknown], new DataBlock(false, 1, (byte[])[2, .. zero])));
        Assert.Equal([(byte)0, (byte)4], Ask<ActionResponse.WithList>(new ActionRequest.Pblock(Id, new DataBlock(true, 2, zero))).Results.Select(one => one.Result));
        Assert.Equal(1, _meter.Part<Simulation.Dlms.Equipment.Breaker>()!.Control.State);
    }

    [Theory]
    [InlineData(1, 2, 1, 0, 2, 6)]
    [InlineData(190, 0, 3, 4, 4, 2)]
    [InlineData(193, 193, 6, 6, 1, 1)]
    public void Entries_and_columns_are_chosen_by_number(uint first, uint last, ushort fromColumn, ushort toColumn, int rows, int columns)
    {
        var read = Rows(new Selection(2, new DataWriter().Structure(4).UInt32(first).UInt32(last).UInt16(fromColumn).UInt16(toColumn).ToArray()), columns);
        Assert.Equal((rows, columns), (read.Count, read.Columns));
        var stored = _meter.Part<LoadProfiles>()!.Load.Rows[(int)first - 1];
        Assert.Equal(stored.Values[fromColumn == 1 ? 0 : fromColumn - 3].Number, read[0][fromColumn == 1 ? 2 : 0].Number);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_range_may_have_its_times_as_date_time_and_its_columns_by_name(bool dateTime)
    {
        var (from, to) = (_meter.Clock.Octets(new DateTime(2026, 11, 23, 8, 0, 0, DateTimeKind.Utc)), _meter.Clock.Octets(new DateTime(2026, 11, 23, 9, 0, 0, DateTimeKind.Utc)));
        DataWriter Time(DataWriter to, byte[] octets) => dateTime ? to.Raw([0x19, .. octets]) : to.Octets(octets);
        var head = new DataWriter().Structure(4).Structure(4).UInt16(8).Name(Obis.Parse("0-0:1.0.0*255")).Int8(2).UInt16(0);
        CaptureObject.WriteList(Time(Time(head, from), to), [new CaptureObject(3, Obis.Parse("1-0:2.8.0*255"), 2, 0), new CaptureObject(8, Obis.Parse("0-0:1.0.0*255"), 2, 0)]);
        var read = Rows(new Selection(1, head.ToArray()), 2);
        Assert.Equal(5, read.Count);
        Assert.Equal(_meter.Part<LoadProfiles>()!.Load.Rows.Single(row => row.At == new DateTime(2026, 11, 23, 8, 0, 0)).Values[1].Number, read[0][0].Number);
    }

    [Fact]
    public void A_long_list_of_attributes_comes_in_blocks_and_asks_for_each_once()
    {
        var list = new GetRequest.WithList(Id, [.. Enumerable.Repeat<(AttributeDescriptor, Selection?)>((Load with { Attribute = 3 }, null), 3), (Energy, null)]);
        var raw = new List<byte>();
        var block = Ask<GetResponse.WithDatablock>(list);
        for (uint number = 1; ; block = Ask<GetResponse.WithDatablock>(new GetRequest.Next(Id, number++)))
        {
            Assert.Equal(raw.Count == 0 ? 1 : number, block.Block);
            raw.AddRange(block.Raw.ToArray());
            if (block.Last)
            {
                break;
            }
        }

        Assert.Equal(4, raw[0]);
        Assert.Equal(0x06, raw[^5]);
    }

    private ProfileRows Rows(Selection selection, int columns)
    {
        var raw = new List<byte>();
        var answer = Ask<GetResponse>(new GetRequest.Normal(Id, Load, selection));
        while (answer is GetResponse.WithDatablock block)
        {
            raw.AddRange(block.Raw.ToArray());
            if (block.Last)
            {
                break;
            }

            answer = Ask<GetResponse>(new GetRequest.Next(Id, block.Block));
        }

        var data = answer is GetResponse.Normal normal ? normal.Result.Data.ToArray() : [.. raw];
        var rows = new ProfileRows();
        Assert.Null(rows.Read(data, columns));
        return rows;
    }

    private T Ask<T>(Pdu question)
        where T : Pdu => Assert.IsAssignableFrom<T>(Pdu.Read(_meter.Answer(1, question.ToOctets())!, out _));

    private static byte[] Number(uint value) => new DataWriter().UInt32(value).ToArray();
}
