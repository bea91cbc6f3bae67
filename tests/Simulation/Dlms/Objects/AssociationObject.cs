using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 15: an association. Its object list is answered by the host, with what the asking client may see.</summary>
/// <param name="number">Group E of its name: 0 is the one that asks.</param>
/// <param name="client">Client SAP.</param>
public sealed class AssociationObject(DlmsMeter meter, byte number, int client, int mechanism, bool isCiphered) : CosemObject(15, 1, new Obis(0, 0, 40, 0, number, 255))
{
    private const int Broadcast = 102;
    private static readonly byte[] Names = [0x60, 0x85, 0x74, 0x05, 0x08];

    public override int Attributes => 9;

    public override int Methods => 4;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 when client == Broadcast => Result(meter.Device.ObjectList(MeterClients.BroadcastRights(meter.Plan))),
        3 => Result(new DataWriter().Structure(2).Int8((sbyte)client).UInt16(1).ToArray()),
        4 => Result(new DataWriter().Octets([.. Names, 1, isCiphered ? (byte)3 : (byte)1]).ToArray()),
        5 => Result(new DataWriter().Structure(6).Bits([0x00, 0x7E, 0x1F], 24).UInt16((ushort)meter.Plan.EffectivePdu).UInt16((ushort)meter.Plan.EffectivePdu).UInt8(6).Int8(0).Octets([]).ToArray()),
        6 => Result(new DataWriter().Octets([.. Names, 2, (byte)mechanism]).ToArray()),
        8 => Result(new DataWriter().Enum(2).ToArray()),
        9 => Result(new DataWriter().Name(new Obis(0, 0, 43, 0, number, 255)).ToArray()),
        _ => Error(Denied),
    };

    /// <summary>change_HLS_secret: the new one comes wrapped; in clear it is not taken.</summary>
    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method != 2 || parameters is not { Length: > 2 } given || given.Span[0] != 0x09 || MeterKeyWrap.Unwrap(meter.Keys.Kek, given[2..].ToArray()) is not { } secret)
        {
            return new ActionResult(method == 2 ? OtherReason : Denied, null);
        }

        meter.Keys.Secret = secret;
        return new ActionResult(Success, null);
    }
}
