using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Simulation.Dlms.Equipment;

namespace Simulation.Dlms.Objects;

/// <summary>Class 70: the breaker. States 0 disconnected, 1 connected, 2 ready for reconnection.</summary>
/// <param name="takes">How long its relay takes to move; until then it says what it said.</param>
public sealed class DisconnectObject(DlmsMeter meter, byte mode, Obis name, TimeSpan takes) : CosemObject(70, 0, name)
{
    private const byte Off = 0, On = 1, Ready = 2;
    private const byte BecameReady = 59, ManualOff = 60, ManualOn = 61, RemoteOff = 62, RemoteOn = 63, LocalOff = 64;

    /// <summary>
    /// What a control mode allows (IEC 62056-6-2, class 70): disconnection by hand, reconnection from afar at once (else it is armed only), reconnection by the limiter.
    /// Disconnection from afar and by the limiter, and reconnection of an armed breaker by hand, are in all but mode 0.
    /// </summary>
    private static readonly (bool HandOff, bool RemoteOn, bool LocalOn)[] Modes =
        [(false, false, false), (true, false, false), (true, true, false), (false, false, false), (false, true, false), (true, false, true), (false, false, true), (false, true, true)];

    private (byte State, byte Code)? _moving;

    /// <summary>Control state.</summary>
    public byte State { get; private set; } = On;

    /// <summary>When it will have moved; the end of time where it stands.</summary>
    public DateTime Due { get; private set; } = DateTime.MaxValue;

    /// <summary>How often a method was called.</summary>
    public int TimesTold { get; private set; }

    /// <summary>It is stuck: it takes what it is told and does nothing.</summary>
    public bool IsStuck { get; set; }

    /// <summary>A method was called and is about to be answered.</summary>
    public event Action? ToldTo;

    /// <summary>Control mode.</summary>
    public byte Mode { get; private set; } = mode;

    public override int Attributes => 4;

    public override int Methods => 2;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(meter.Answered(this, 2, MeterValue.Truth(State == On))),
        3 => Result(meter.Answered(this, 3, MeterValue.Enum(State))),
        4 => Result(meter.Answered(this, 4, MeterValue.Enum(Mode))),
        _ => Error(Undefined),
    };

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (attribute != 4)
        {
            return Denied;
        }

        if (value.Length != 2 || value.Span[0] != 0x16 || value.Span[1] >= Modes.Length)
        {
            return TypeUnmatched;
        }

        Mode = value.Span[1];
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (Mode == 0 || method is < 1 or > 2)
        {
            return new ActionResult(Denied, null);
        }

        TimesTold++;
        if (IsStuck)
        {
            // says yes, and that is all
        }
        else if (method == 1)
        {
            Move(Off, RemoteOff);
        }
        else if (State != On)
        {
            Move(Modes[Mode].RemoteOn ? On : Ready, Modes[Mode].RemoteOn ? RemoteOn : BecameReady);
        }

        ToldTo?.Invoke();
        return new ActionResult(Success, null);
    }

    /// <summary>Somebody presses the button.</summary>
    public void ByHand()
    {
        if (State == Ready)
        {
            Move(On, ManualOn);
        }
        else if (State == On && Modes[Mode].HandOff)
        {
            Move(Ready, ManualOff);
        }
    }

    /// <summary>The limiter opens it, or lets it be closed again.</summary>
    public void ByLimiter(bool connect)
    {
        if (!connect && State == On && Mode != 0)
        {
            Move(Ready, LocalOff);
        }
        else if (connect && State == Ready && Modes[Mode].LocalOn)
        {
            Move(On, ManualOn);
        }
    }

    /// <summary>The relay has moved.</summary>
    public void Arrive()
    {
        Due = DateTime.MaxValue;
        if (_moving is { } to)
        {
            (_moving, State) = (null, to.State);
            if (Name.B == 0)
            {
                meter.Raise(EventLog.Disconnector, to.Code); // a load switch has no log
            }
        }
    }

    private void Move(byte state, byte code)
    {
        if (State == state && _moving is null)
        {
            return;
        }

        (_moving, Due) = ((state, code), meter.Clock.Now + takes);
        if (takes == TimeSpan.Zero)
        {
            Arrive();
        }
    }
}
