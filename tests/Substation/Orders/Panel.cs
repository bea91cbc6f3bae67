using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>An object of the maker's own, with a button that counts.</summary>
internal sealed class Panel() : CosemObject(Class, 0, Name0)
{
    private const ushort Class = 8193;
    private static readonly Obis Name0 = new(0, 0, 96, 50, 0, 255);

    /// <summary>How often the button was pressed.</summary>
    internal int Pressed { get; private set; }

    public override int Attributes => 1;

    public override int Methods => 1;

    /// <summary>That of a meter.</summary>
    internal static Panel Of(DlmsMeter meter) => (Panel)meter.Device.Find(Class, Name0)!;

    public override DataResult Get(int attribute, Selection? access) => Error(Undefined);

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        Pressed++;
        return new ActionResult(Success, null);
    }
}
