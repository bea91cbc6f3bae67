using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 15: the current association. Its object list is answered by the host.</summary>
public sealed class AssociationObject() : CosemObject(15, 1, new Obis(0, 0, 40, 0, 0, 255))
{
    public override int Attributes => 9;

    public override int Methods => 4;

    public override DataResult Get(int attribute, Selection? access) => attribute == 8 ? Result(new DataWriter().Enum(2).ToArray()) : Error(Denied);
}
