using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.MBusTransport;
using Protocols.Dlms.Security;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>DLMS over wired M-Bus as a meter in the field sent it.</summary>
public class SharedMBusTransportTests
{
    [Fact]
    public void Each_capture_is_put_together_deciphered_and_written_again()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "push-capture:mbus"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var (input, framer, assembly) = (new ReadOnlySequence<byte>(octets), new MBusFramer(), new MBusAssembly(4096));
            var again = new List<byte>();
            var whole = 0;
            while (framer.Read(ref input, out var frame, out _) is var read && read != FrameRead.NeedMore)
            {
                Assert.Equal(FrameRead.Got, read);
                var buffer = new byte[MBusFrame.Longest];
                again.AddRange(buffer[..frame.WriteTo(buffer)]);
                whole += assembly.Take(frame) == SegmentTaken.Whole ? 1 : 0;
            }

            Assert.Equal((1, (byte)1, (byte)0x67), (whole, assembly.Source, assembly.Destination));
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString([.. again]));
            var ciphered = Assert.IsType<GeneralCiphered>(Pdu.Read(assembly.Apdu, out _));
            using var cipher = new DlmsCipher(Convert.FromHexString(row.GetProperty("keys").GetProperty("guek").GetString()!), default);
            var plain = new byte[ciphered.Content.Length];
            Assert.Null(cipher.Open(ciphered.Content.Span, ciphered.SystemTitle.Span, plain, out var length));
            var push = Assert.IsType<DataNotification>(Pdu.Read(plain.AsMemory(0, length), out _));
            Assert.Equal(CapturedLeaves.Expected(row), CapturedLeaves.Of(push.Data.Span));
            rows++;
        }

        Assert.True(rows > 0);
    }
}
