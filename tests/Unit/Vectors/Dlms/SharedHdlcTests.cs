using System.Buffers;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>Other people's HDLC frames: each is read, and written again octet for octet; what unsegmented ones carry is an APDU.</summary>
public class SharedHdlcTests
{
    [Requirement("I-M")]
    [Fact]
    public void Each_frame_is_read_and_written_again()
    {
        var (frames, apdus, refused) = (0, 0, 0);
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("hex").GetString()!.StartsWith("7ea", StringComparison.Ordinal) && row.GetProperty("kind").GetString() != "negative"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var framer = new HdlcFramer();
            var input = new ReadOnlySequence<byte>(octets);
            var again = new List<byte>();
            while (framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
            {
                if (read == FrameRead.Skipped)
                {
                    continue;
                }

                frames++;
                var buffer = new byte[HdlcWriter.MaxFrame];
                var written = HdlcWriter.Write(frame, buffer);
                again.AddRange(buffer[..written]);
                apdus += !frame.Segmented && frame.Control.Kind == HdlcFrameKind.Information && frame.Control.SendSequence == 0 && frame.Information.Length > 3
                    && Pdu.Read(frame.Information[3..], out _) is not null ? 1 : 0;
            }

            if (again.Count == 0)
            {
                refused++;
                Assert.True(MayBeBroken(row), $"{row.GetProperty("id")} gives no frame: {row.GetProperty("hex")}");
                continue;
            }

            Assert.True(Convert.ToHexString([.. again]) == Convert.ToHexString(octets) || MayBeBroken(row), $"{row.GetProperty("id")}: written as {Convert.ToHexString([.. again])}");
        }

        Assert.True(frames > 100 && apdus > 40 && refused < 12, $"{frames} frames, {apdus} APDUs, {refused} rows refused");
    }

    /// <summary>A fragment of a test, or marked as one whose check sequence does not hold.</summary>
    private static bool MayBeBroken(JsonElement row)
    {
        var expect = row.GetProperty("expect");
        return expect.TryGetProperty("gurux_error", out _) || !expect.TryGetProperty("fcs_ok", out var ok) || !ok.GetBoolean();
    }
}
