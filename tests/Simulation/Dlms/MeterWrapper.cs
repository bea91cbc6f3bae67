namespace Simulation.Dlms;

/// <summary>A meter's wrapper over a byte stream, written from the document: version 1, source, destination, length, each of two octets.</summary>
public sealed class MeterWrapper(int logicalDevice)
{
    private readonly List<byte> _in = [];

    /// <summary>What came did not begin with version 1: the meter closes the connection.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes octets; gives the APDUs that are whole, with the client each came from.</summary>
    public IEnumerable<(int Client, byte[] Apdu)> Take(byte[] octets)
    {
        _in.AddRange(octets);
        while (_in.Count >= 8)
        {
            var length = (_in[6] << 8) | _in[7];
            if (_in[0] != 0 || _in[1] != 1 || length == 0)
            {
                IsBroken = true;
                yield break;
            }

            if (_in.Count < 8 + length)
            {
                yield break;
            }

            var (client, device) = ((_in[2] << 8) | _in[3], (_in[4] << 8) | _in[5]);
            var apdu = _in.GetRange(8, length).ToArray();
            _in.RemoveRange(0, 8 + length);
            if (device == logicalDevice)
            {
                yield return (client, apdu);
            }
        }
    }

    /// <summary>An answer to a client.</summary>
    public byte[] Wrap(int client, byte[] apdu) =>
        [0, 1, (byte)(logicalDevice >> 8), (byte)logicalDevice, (byte)(client >> 8), (byte)client, (byte)(apdu.Length >> 8), (byte)apdu.Length, .. apdu];
}
