using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms.Equipment;

namespace Simulation.Dlms.Objects;

/// <summary>Class 9: script 1 ends the billing period, as its one action says: capture of the billing profile.</summary>
public sealed class EndOfBillingTable(DlmsMeter meter, Obis name, Billing billing) : CosemObject(9, 0, name)
{
    public override int Attributes => 2;

    public override int Methods => 1;

    public override DataResult Get(int attribute, Selection? access) => attribute == 2
        ? Result(new DataWriter().Array(1).Structure(2).UInt16(1).Array(1).Structure(5).Enum(2).UInt16(7).Name(billing.Profile.Name).Int8(2).Int8(0).ToArray()) : Error(Undefined);

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method != 1 || parameters is not { Length: 3 } script || !script.Span.SequenceEqual((byte[])[0x12, 0, 1]))
        {
            return new ActionResult(method == 1 ? ScopeViolated : Denied, null);
        }

        billing.Close(meter.Clock.Now);
        return new ActionResult(Success, null);
    }
}
