using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 70: the breaker. States 0 disconnected, 1 connected, 2 ready for reconnection.</summary>
/// <param name="mode">Control mode 0 to 7: modes 2 and 4 connect at once on remote reconnection, the others are armed and wait for a hand.</param>
public sealed class DisconnectObject(byte mode) : CosemObject(70, 0, new Obis(0, 0, 96, 3, 10, 255))
{
    /// <summary>Control state.</summary>
    public byte State { get; private set; } = 1;

    public override int Attributes => 4;

    public override int Methods => 2;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().Boolean(State == 1).ToArray()),
        3 => Result(new DataWriter().Enum(State).ToArray()),
        4 => Result(new DataWriter().Enum(mode).ToArray()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (mode == 0 || method is < 1 or > 2)
        {
            return new ActionResult(Denied, null);
        }

        State = method == 1 ? (byte)0 : mode is 2 or 4 ? (byte)1 : (byte)2;
        return new ActionResult(Success, null);
    }
}
