using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>
/// Class 115: takes tokens, each once, and adds them to the credit (class 112). A token of this meter's vending system is <code>amount u32 | number u32 | 8 octets of SHA-256 over secret, amount and number</code>
/// Status codes as the blue book has them from memory.
/// </summary>
public sealed class TokenGatewayObject(DlmsMeter meter, byte[] secret) : CosemObject(115, 0, new Obis(0, 0, 19, 40, 0, 255))
{
    private const byte Executed = 3, WrongFormat = 4, NotAuthentic = 5, NotValid = 6, Received = 8;
    private readonly HashSet<uint> _used = [];
    private byte[] _token = [], _time = new byte[12];
    private byte _status, _becomes;

    /// <summary>What the customer may still use.</summary>
    public long Credit { get; private set; } = 500;

    /// <summary>How often a token was entered.</summary>
    public int Entered { get; private set; }

    /// <summary>How long it works on a token.</summary>
    public TimeSpan Takes { get; set; }

    /// <summary>When it has worked on the one it has; the end of time where there is none.</summary>
    public DateTime Due { get; private set; } = DateTime.MaxValue;

    /// <summary>It does not show the token it was given.</summary>
    public bool IsHidden { get; set; }

    /// <summary>A token was entered and is about to be answered.</summary>
    public event Action? TakenIn;

    public override int Attributes => 6;

    public override int Methods => 1;

    /// <summary>A token as the vending system makes it.</summary>
    public byte[] Vend(uint amount, uint number)
    {
        var token = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(token, amount);
        BinaryPrimitives.WriteUInt32BigEndian(token.AsSpan(4), number);
        SHA256.HashData((byte[])[.. secret, .. token.AsSpan(0, 8)]).AsSpan(0, 8).CopyTo(token.AsSpan(8));
        return token;
    }

    /// <summary>It has worked on the token.</summary>
    public void Finish() => (_status, Due) = (_becomes, DateTime.MaxValue);

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => IsHidden ? Error(Denied) : Result(new DataWriter().Octets(_token).ToArray()),
        3 => Result(new DataWriter().Octets(_time).ToArray()),
        4 => Result(new DataWriter().Array(0).ToArray()),
        5 => Result(new DataWriter().Enum(0).ToArray()),
        6 => Result(new DataWriter().Structure(2).Enum(_status).Bits([0], 8).ToArray()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var reader = new AXdrReader((parameters ?? default).Span);
        if (method != 1 || !reader.TryItem(out var item) || item.Tag != AXdrTag.OctetString)
        {
            return new ActionResult(method == 1 ? TypeUnmatched : Denied, null);
        }

        Entered++;
        (_token, _time) = (item.Content.ToArray(), meter.Clock.Octets(meter.Clock.Now));
        _becomes = Judge();
        (_status, Due) = (Received, meter.Clock.Now + Takes);
        if (Takes == TimeSpan.Zero)
        {
            Finish();
        }

        TakenIn?.Invoke();
        return new ActionResult(Success, null);
    }

    private byte Judge()
    {
        if (_token.Length != 16)
        {
            return WrongFormat;
        }

        var (amount, number) = (BinaryPrimitives.ReadUInt32BigEndian(_token), BinaryPrimitives.ReadUInt32BigEndian(_token.AsSpan(4)));
        if (!Vend(amount, number).AsSpan().SequenceEqual(_token))
        {
            return NotAuthentic;
        }

        if (!_used.Add(number))
        {
            return NotValid;
        }

        Credit += amount;
        return Executed;
    }
}

/// <summary>Class 112: what is left.</summary>
public sealed class CreditObject(Func<long> amount) : CosemObject(112, 0, new Obis(0, 0, 19, 10, 0, 255))
{
    public override int Attributes => 2;

    public override DataResult Get(int attribute, Selection? access) => attribute == 2 ? Result(new DataWriter().Int32((int)amount()).ToArray()) : Error(Undefined);
}
