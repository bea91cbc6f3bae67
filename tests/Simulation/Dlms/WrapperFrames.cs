namespace Simulation.Dlms;

/// <summary>The wrapper over a byte stream, written from the document: version 1, source, destination, length, each of two octets.</summary>
public sealed class WrapperFrames
{
    private const int Head = 8;
    private readonly List<byte> _in = [];

    /// <summary>What came did not begin with version 1: the stream is none, and will be none again.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes octets; gives the frames that are whole.</summary>
    public IEnumerable<(int Source, int Destination, byte[] Apdu)> Take(byte[] octets)
    {
        _in.AddRange(octets);
        while (_in.Count >= Head)
        {
            var length = (_in[6] << 8) | _in[7];
            if (_in[0] != 0 || _in[1] != 1 || length == 0)
            {
                IsBroken = true;
                yield break;
            }

            if (_in.Count < Head + length)
            {
                yield break;
            }

            var frame = (Source: (_in[2] << 8) | _in[3], Destination: (_in[4] << 8) | _in[5], Apdu: _in.GetRange(Head, length).ToArray());
            _in.RemoveRange(0, Head + length);
            yield return frame;
        }
    }

    /// <summary>A frame.</summary>
    public static byte[] Wrap(int source, int destination, byte[] apdu) =>
        [0, 1, (byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination, (byte)(apdu.Length >> 8), (byte)apdu.Length, .. apdu];
}
