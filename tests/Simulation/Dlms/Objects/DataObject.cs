using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Simulation.Dlms.Objects;

/// <summary>Class 1: one value.</summary>
public sealed class DataObject(Obis name, Func<byte[]> value) : CosemObject(1, 0, name)
{
    public override int Attributes => 2;

    public override DataResult Get(int attribute, Selection? access) => attribute == 2 ? Result(value()) : Error(Undefined);
}
