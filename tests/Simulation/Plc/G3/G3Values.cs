using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>Sets and gets of the modem's three information bases, and what in them is computed.</summary>
internal sealed class G3Values(G3Coordinator modem, G3Routes routes)
{
    private const int Head = 6; // attribute (4), index (2)

    /// <summary>What the modem itself sets when it becomes ready.</summary>
    internal void Prepare()
    {
        modem.Mac.Keep(G3AttributeTable.Eui, modem.Memory.Eui);
        modem.Mac.Computed[G3AttributeTable.FrameCounter] = _ => UInt32(modem.Memory.FrameCounter);
        modem.Mac.Computed[G3AttributeTable.Neighbours] = index => index < Near.Count ? Neighbour(Near[index]) : null;
        modem.Mac.Computed[G3AttributeTable.NeighbourByShort] = address => Near.Find(node => node.Short == address) is { } node ? Neighbour(node) : null;
        modem.Mac.Computed[G3AttributeTable.NeighbourCount] = _ => [(byte)(Near.Count >> 8), (byte)Near.Count];
        modem.Adaptation.Computed[G3AttributeTable.RoutingTable] = routes.Entry;
        modem.Adaptation.Computed[G3AttributeTable.RouteByIndex] = routes.Entry;
        modem.Adaptation.Computed[G3AttributeTable.RouteCount] = _ => UInt32((uint)routes.Count);
    }

    /// <summary>The nodes that are heard without a hop between.</summary>
    private List<G3Node> Near => [.. modem.Network.Nodes.Where(node => node.Short is not null && node.Pan == modem.Pan && node.Place is { IsPresent: true, Parent: null })];

    /// <summary><c>short (2), tone map (3), modulation, gain, resolution, coefficients (6), scheme, phase, LQI, time to live (2)</c>.</summary>
    private static byte[] Neighbour(G3Node node) =>
        [(byte)(node.Short!.Value >> 8), (byte)node.Short.Value, 0x3F, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)(node.Place.Phase - 1), G3Routes.LqiOf(node), 0, 255];

    internal void Set(byte[] parameters) => Confirm(G3Message.SetConfirm, parameters, Of(Take(modem.Adaptation, parameters), false));

    internal void Get(byte[] parameters) => Tell(G3Message.GetConfirm, parameters, modem.Adaptation, false);

    internal void MacSet(byte[] parameters)
    {
        var fault = Take(modem.Mac, parameters);
        if (fault == AttributeFault.None && IdOf(parameters) == G3AttributeTable.FrameCounter)
        {
            modem.Memory.FrameCounter = BinaryPrimitives.ReadUInt32BigEndian(parameters.AsSpan(Head + 1));
        }

        Confirm(G3Message.MacSetConfirm, parameters, Of(fault, true));
    }

    internal void MacGet(byte[] parameters) => Tell(G3Message.MacGetConfirm, parameters, modem.Mac, true);

    internal void BootstrapSet(byte[] parameters)
    {
        var id = IdOf(parameters);
        var status = id > G3AttributeTable.LastBootstrap ? G3Status.BootstrapUnsupported : Take(modem.Bootstrap, parameters) switch
        {
            AttributeFault.None => (byte)0,
            AttributeFault.Index => G3Status.BootstrapIndex,
            AttributeFault.Length => G3Status.BootstrapLength,
            _ => G3Status.BootstrapUnsupported,
        };
        Confirm(G3Message.BootstrapSetConfirm, parameters, status);
    }

    internal static byte[] UInt32(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }

    private static uint IdOf(byte[] parameters) => BinaryPrimitives.ReadUInt32BigEndian(parameters);

    private static AttributeFault Take(G3InformationBase values, byte[] parameters)
    {
        var length = parameters[Head];
        return parameters.Length != Head + 1 + length ? AttributeFault.Length
            : values.Set(IdOf(parameters), BinaryPrimitives.ReadUInt16BigEndian(parameters.AsSpan(4)), parameters.AsSpan(Head + 1));
    }

    private void Confirm(G3Message message, byte[] parameters, byte status) => modem.Say(message, [status, .. parameters.AsSpan(0, Head)]);

    private void Tell(G3Message message, byte[] parameters, G3InformationBase values, bool isMac)
    {
        var fault = values.Get(IdOf(parameters), BinaryPrimitives.ReadUInt16BigEndian(parameters.AsSpan(4)), out var value);
        modem.Say(message, [Of(fault, isMac), .. parameters.AsSpan(0, Head), (byte)value.Length, .. value]);
    }

    private static byte Of(AttributeFault fault, bool isMac) => fault switch
    {
        AttributeFault.None => G3Status.Success,
        AttributeFault.Unknown => isMac ? G3Status.MacUnsupported : G3Status.Unsupported,
        AttributeFault.Index => isMac ? G3Status.MacInvalidIndex : G3Status.InvalidIndex,
        AttributeFault.ReadOnly => isMac ? G3Status.MacReadOnly : G3Status.ReadOnly,
        _ => isMac ? G3Status.MacInvalidParameter : G3Status.InvalidParameter,
    };
}
