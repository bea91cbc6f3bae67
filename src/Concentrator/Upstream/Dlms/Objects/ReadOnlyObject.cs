using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>An object of the box that is read and never written from outside.</summary>
/// <param name="attributes">What each attribute from 2 on holds now, as Data; null for one that is not shown.</param>
internal sealed class ReadOnlyObject(ushort classId, byte version, Obis name, params Func<byte[]>?[] attributes) : CosemObject(classId, version, name)
{
    public override int Attributes => attributes.Length + 1;

    /// <summary>reply_to_HLS_authentication, which the handshake answers; later it is refused.</summary>
    public override int Methods => ClassId == 15 ? 1 : 0;

    public override AccessRight RightOn(int attribute) => attribute == 1 || (attribute >= 2 && attribute <= Attributes && attributes[attribute - 2] is not null) ? AccessRight.Read : AccessRight.None;

    public override DataResult Get(int attribute, Selection? access) =>
        attribute < 2 || attribute > Attributes ? Error(Undefined) : access is not null ? Error(ScopeViolated) : attributes[attribute - 2] is { } value ? Result(value()) : Error(Denied);
}
