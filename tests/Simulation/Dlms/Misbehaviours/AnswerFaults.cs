using System.Buffers.Binary;
using Protocols.Dlms.Apdu;

namespace Simulation.Dlms.Misbehaviours;

/// <summary>
/// Spoils what a meter answers to a read of a profile's buffer, before it is ciphered; everything else it answers as it should, so that it can be found and identified. Blocks are
/// built here octet by octet: the host would never build them.
/// </summary>
internal sealed class AnswerFaults(DlmsMeterPlan plan)
{
    private const byte Temporary = 2, JumpsAfter = 2;
    private const int BusyTimes = 2, BlockOctets = 64;
    private readonly Random _random = new(plan.Seed);
    private uint _number;
    private int _busy;
    private byte _id;
    private bool _owesEmptyBlock;

    /// <summary>The last question was for a profile's buffer, or for more of it.</summary>
    internal bool IsBufferAsked { get; private set; }

    /// <summary>Blocks of the buffer that were asked for so far.</summary>
    internal int BlocksAsked { get; private set; }

    /// <summary>The last answer to a read was all of it, or its last block.</summary>
    internal bool HasAnsweredWhole { get; private set; } = true;

    /// <summary>The last question, in the clear; empty where nothing could be read.</summary>
    internal byte[] Question { get; set; } = [];

    /// <summary>Looks at a question: <c>C0 01 id, class 0007, name, attribute 02</c>, or <c>C0 02 id, block</c> behind it.</summary>
    internal void Hear(ReadOnlySpan<byte> plain)
    {
        Question = plain.ToArray();
        if (plain.Length < 3 || plain[0] != 0xC0)
        {
            IsBufferAsked = false;
            return;
        }

        _id = plain[2];
        if (plain[1] == 2)
        {
            BlocksAsked++;
            return;
        }

        IsBufferAsked = plain[1] == 1 && plain.Length > 11 && plain[3] == 0 && plain[4] == 7 && plain[11] == 2;
        (_number, BlocksAsked, _owesEmptyBlock) = (0, 0, false);
    }

    /// <summary>The answer that goes out instead.</summary>
    internal byte[] Spoil(byte[] plain)
    {
        var spoiled = SpoilAnswer(plain);
        HasAnsweredWhole = spoiled is not [0xC4, 0x02, _, 0x00, ..];
        return spoiled;
    }

    private byte[] SpoilAnswer(byte[] plain)
    {
        if (!IsBufferAsked || plain.Length < 4 || plain[0] != 0xC4)
        {
            return plain;
        }

        if (plan.Has(MeterFault.Busy) && _busy < BusyTimes)
        {
            _busy++;
            return [0xC4, 0x01, _id, 0x01, Temporary];
        }

        return plan.Has(MeterFault.EmptyLastBlock) ? WithEmptyLastBlock(plain)
            : plan.Has(MeterFault.EndlessBlocks) ? Block(false, ++_number, Rubbish(BlockOctets))
            : plan.Has(MeterFault.ZeroLengths) ? Normal([0x01, 0x02, .. RowWithoutTime(), .. RowWithoutTime()])
            : plan.Has(MeterFault.WrongTags) ? Normal([0x01, 0x02, 0x55, 0x05, 0x77, 0x00, 0x02, 0x05])
            : plan.Has(MeterFault.WrongInvokeId) ? [plain[0], plain[1], (byte)((plain[2] & 0xF0) | ((plain[2] + 5) & 0x0F)), .. plain[3..]]
            : plan.Has(MeterFault.BlockNumbersJump) ? Jump(plain)
            : plan.Has(MeterFault.DeepNesting) ? Nested()
            : plain;
    }

    /// <summary>Blocks of general block transfer that never end; null where the meter has not this fault.</summary>
    internal byte[]? GeneralBlock(ReadOnlySpan<byte> question)
    {
        if (!plan.Has(MeterFault.EndlessGeneralBlocks) || !IsBufferAsked)
        {
            return null;
        }

        _number = question[0] == 0xE0 ? _number + 1 : 1;
        return new GeneralBlockTransfer(1, (ushort)_number, (ushort)Math.Max(0, _number - 1), Rubbish(BlockOctets)).ToOctets();
    }

    private byte[] Normal(byte[] data) => [0xC4, 0x01, _id, 0x00, .. data];

    private byte[] Block(bool last, uint number, byte[] raw)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        byte[] length = raw.Length < 0x80 ? [(byte)raw.Length] : raw.Length < 0x100 ? [0x81, (byte)raw.Length] : [0x82, (byte)(raw.Length >> 8), (byte)raw.Length];
        return [0xC4, 0x02, _id, last ? (byte)1 : (byte)0, .. octets, 0x00, .. length, .. raw];
    }

    /// <summary>The last block that has something in it says that it is not the last.</summary>
    private byte[] WithEmptyLastBlock(byte[] plain)
    {
        if (_owesEmptyBlock)
        {
            _owesEmptyBlock = false;
            return Block(true, _number + 1, []);
        }

        if (plain[1] == 1 && plain[3] == 0)
        {
            (_owesEmptyBlock, _number) = (true, 1);
            return Block(false, 1, plain[4..]);
        }

        if (plain[1] == 2 && plain[3] == 1 && plain[8] == 0)
        {
            (_owesEmptyBlock, _number) = (true, BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(4)));
            plain[3] = 0;
        }

        return plain;
    }

    private static byte[] Jump(byte[] plain)
    {
        if (plain[1] == 2 && BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(4)) is var number && number > JumpsAfter)
        {
            BinaryPrimitives.WriteUInt32BigEndian(plain.AsSpan(4), number + 1);
        }

        return plain;
    }

    private static byte[] RowWithoutTime() => [0x02, 0x06, 0x09, 0x00, 0x11, 0x00, 0x06, 0, 0, 0, 1, 0x06, 0, 0, 0, 2, 0x06, 0, 0, 0, 3, 0x06, 0, 0, 0, 4];

    /// <summary>As many structures in one another as the answer has room for.</summary>
    private byte[] Nested()
    {
        var depth = (plan.EffectivePdu - 64) / 2;
        return Normal([.. Enumerable.Repeat<byte[]>([0x02, 0x01], depth).SelectMany(pair => pair), 0x00]);
    }

    private byte[] Rubbish(int count)
    {
        var octets = new byte[count];
        _random.NextBytes(octets);
        return octets;
    }
}
