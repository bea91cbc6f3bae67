using System.Security.Cryptography;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 18: takes an image in blocks into its flash, verifies it for a while, and activates it with a restart.</summary>
/// <param name="now">The meter's time.</param>
/// <param name="blockSize">Octets of a block.</param>
public sealed class ImageTransferObject(Func<DateTime> now, int blockSize) : CosemObject(18, 0, new Obis(0, 0, 44, 0, 0, 255))
{
    private byte[] _flash = [];
    private bool[] _there = [];
    private byte[] _identification = [];
    private byte _status;
    private DateTime _verifiedAt = DateTime.MaxValue;

    /// <summary>How long it verifies.</summary>
    public TimeSpan VerifyFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>SHA-256 of the only image it takes for good; empty for any.</summary>
    public byte[] Right { get; init; } = [];

    /// <summary>How often it is busy before it takes a block.</summary>
    public int BusyTimes { get; set; }

    /// <summary>What it tells of the image it would activate, instead of the truth.</summary>
    public byte[]? Lie { get; set; }

    /// <summary>Transfer is enabled.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>How often a transfer was begun.</summary>
    public int Initiations { get; private set; }

    /// <summary>Blocks taken, doubled ones too.</summary>
    public int BlocksTaken { get; private set; }

    /// <summary>What it holds.</summary>
    public ReadOnlyMemory<byte> Flash => _flash;

    /// <summary>What it calls itself.</summary>
    public ReadOnlyMemory<byte> Identification => _identification;

    /// <summary>The image runs.</summary>
    public bool IsActivated => _status == 6;

    /// <summary>A block was taken.</summary>
    public event Action<uint>? Taken;

    /// <summary>The image is activated: the meter restarts.</summary>
    public event Action? Activating;

    public override int Attributes => 7;

    public override int Methods => 4;

    /// <summary>Forgets some blocks, as a flash does that was written when the power went.</summary>
    public void Lose(params IEnumerable<int> blocks)
    {
        foreach (var block in blocks)
        {
            _there[block] = false;
        }
    }

    public override DataResult Get(int attribute, Selection? access)
    {
        switch (attribute)
        {
            case 2:
                return Result(new DataWriter().UInt32((uint)blockSize).ToArray());
            case 3:
                return Result(new DataWriter().Bits(Bitmap(), _there.Length).ToArray());
            case 4:
                return Result(new DataWriter().UInt32((uint)(Array.IndexOf(_there, false) is >= 0 and var first ? first : _there.Length)).ToArray());
            case 5:
                return Result(new DataWriter().Boolean(IsEnabled).ToArray());
            case 6:
                return Result(new DataWriter().Enum(Status()).ToArray());
            case 7:
                return Status() < 3 ? Result(new DataWriter().Array(0).ToArray())
                    : Result(new DataWriter().Array(1).Structure(3).UInt32((uint)_flash.Length).Octets(Lie ?? _identification).Octets(SHA256.HashData(_flash)).ToArray());
            default:
                return Error(Undefined);
        }
    }

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (attribute != 5 || value.Length != 2 || value.Span[0] != 3)
        {
            return attribute == 5 ? TypeUnmatched : Denied;
        }

        IsEnabled = value.Span[1] != 0;
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters) => new(Act(method, parameters ?? default), null);

    private byte Act(int method, ReadOnlyMemory<byte> parameters)
    {
        if (!IsEnabled)
        {
            return Denied;
        }

        switch (method)
        {
            case 1:
                return Initiate(parameters.Span);
            case 2 when BusyTimes > 0:
                BusyTimes--;
                return TemporaryFailure;
            case 2:
                return Take(parameters.Span);
            case 3:
                if (Status() is 0 || _there.Contains(false))
                {
                    return OtherReason;
                }

                (_status, _verifiedAt) = (2, now() + VerifyFor);
                return TemporaryFailure; // it runs: its status says when it has ended
            case 4 when Status() == 3:
                _status = 6;
                Activating?.Invoke();
                return Success;
            default:
                return Denied;
        }
    }

    private byte Initiate(ReadOnlySpan<byte> parameters)
    {
        var reader = new AXdrReader(parameters);
        if (!reader.TryItem(out _) || !reader.TryItem(out var identification) || !reader.TryItem(out var size) || !AXdrNumbers.TryInteger(size, out var octets) || octets < 1 || octets > 4_000_000)
        {
            return TypeUnmatched;
        }

        Initiations++;
        (_identification, _flash, _status) = (identification.Content.ToArray(), new byte[(int)octets], 1);
        _there = new bool[(_flash.Length + blockSize - 1) / blockSize];
        return Success;
    }

    private byte Take(ReadOnlySpan<byte> parameters)
    {
        var reader = new AXdrReader(parameters);
        if (Status() != 1 || !reader.TryItem(out _) || !reader.TryItem(out var number) || !reader.TryItem(out var block) || !AXdrNumbers.TryInteger(number, out var at) || at < 0 || at >= _there.Length)
        {
            return OtherReason;
        }

        var from = (int)at * blockSize;
        if (block.Content.Length != Math.Min(blockSize, _flash.Length - from))
        {
            return TypeUnmatched;
        }

        block.Content.CopyTo(_flash.AsSpan(from));
        _there[(int)at] = true;
        BlocksTaken++;
        Taken?.Invoke((uint)at);
        return Success;
    }

    private byte Status()
    {
        if (_status == 2 && now() >= _verifiedAt)
        {
            _status = Right.Length == 0 || SHA256.HashData(_flash).AsSpan().SequenceEqual(Right) ? (byte)3 : (byte)4;
        }

        return _status;
    }

    private byte[] Bitmap()
    {
        var bitmap = new byte[(_there.Length + 7) / 8];
        for (var i = 0; i < _there.Length; i++)
        {
            bitmap[i / 8] |= (byte)(_there[i] ? 0x80 >> (i % 8) : 0);
        }

        return bitmap;
    }
}
