namespace Simulation.Dlms;

/// <summary>A meter's side of the wrapper: what is for its logical device, and its answers.</summary>
public sealed class MeterWrapper(int logicalDevice)
{
    private readonly WrapperFrames _frames = new();

    /// <summary>What came did not begin with version 1: the meter closes the connection.</summary>
    public bool IsBroken => _frames.IsBroken;

    /// <summary>Takes octets; gives the APDUs that are whole, with the client each came from.</summary>
    public IEnumerable<(int Client, byte[] Apdu)> Take(byte[] octets) =>
        _frames.Take(octets).Where(frame => frame.Destination == logicalDevice).Select(frame => (frame.Source, frame.Apdu));

    /// <summary>An answer to a client.</summary>
    public byte[] Wrap(int client, byte[] apdu) => WrapperFrames.Wrap(logicalDevice, client, apdu);
}
