using System.Text;
using Drivers.Ports;
using Protocols.Framing;
using Protocols.Usi;

namespace Concentrator.Cli.Scan;

/// <summary>
/// Asks a port whether a USI modem is behind it: for the version of a PRIME base node (MLME GET of PIB 0075) and for the soft version of a G3 coordinator (ADP GET of attribute 1C). Both are
/// questions that change nothing; a modem discards a frame of a protocol that it does not speak, without an answer.
/// </summary>
internal static class UsiProbe
{
    private const int Baud = 115_200;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);
    private static readonly byte[] PrimeVersion = [0x2D, 0x00, 0x75], G3Version = [0x12, 0, 0, 0, 0x1C, 0, 0];

    /// <summary>What answered, in a sentence.</summary>
    internal static async Task<string> AskAsync(string path, TimeProvider clock, CancellationToken stop)
    {
        try
        {
            var link = SerialLink.Open(path, Baud);
            await using (link.ConfigureAwait(false))
            {
                return await AskAsync(link, clock, stop).ConfigureAwait(false);
            }
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    internal static async Task<string> AskAsync(ILink link, TimeProvider clock, CancellationToken stop)
    {
        await link.WriteAsync(new UsiFrame(UsiProtocol.Prime, PrimeVersion).ToOctets(), stop).ConfigureAwait(false);
        await link.WriteAsync(new UsiFrame(UsiProtocol.G3Adp, G3Version).ToOctets(), stop).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(Wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        var framer = new UsiFramer();
        long octets = 0, unread = 0;
        string? heard = null;
        try
        {
            while (true)
            {
                var read = await link.Input.ReadAsync(either.Token).ConfigureAwait(false);
                var input = read.Buffer;
                octets += input.Length - unread;
                for (FrameRead found; (found = framer.Read(ref input, out var frame, out _)) != FrameRead.NeedMore;)
                {
                    if (found == FrameRead.Got && Describe(frame) is { } sentence)
                    {
                        link.Input.AdvanceTo(input.Start, input.End);
                        return sentence;
                    }

                    heard = found == FrameRead.Got ? $"a USI modem, protocol {(byte)frame.Protocol:X2}" : heard;
                }

                unread = input.Length;
                link.Input.AdvanceTo(input.Start, input.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nobody says more.
        }

        return heard ?? (octets > 0 ? $"{octets} octets came, and none of them is a USI frame" : $"silent for {Wait.TotalSeconds:0} s at {Baud} baud: no USI modem, or it is not up yet");
    }

    private static string? Describe(UsiFrame frame)
    {
        var octets = frame.Payload.Span;
        return frame.Protocol switch
        {
            UsiProtocol.Prime when octets.Length >= 5 && octets[0] == 0x2E => $"PRIME base node{Version(octets[5..])}",
            UsiProtocol.Prime => null,
            UsiProtocol.G3Adp when octets.Length >= 9 && octets[0] == 0x28 => $"G3 modem{Version(octets[9..])}",
            UsiProtocol.G3Adp when octets.Length >= 3 && octets[0] == 0x00 => "G3 modem, not initialised yet",
            _ => null,
        };
    }

    /// <summary>A version as text where it is one, else in hex.</summary>
    private static string Version(ReadOnlySpan<byte> value)
    {
        value = value.TrimEnd((byte)0);
        return value.IsEmpty ? "" : value.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0 ? $", version {Encoding.ASCII.GetString(value)}" : $", version {Convert.ToHexString(value)}";
    }
}
