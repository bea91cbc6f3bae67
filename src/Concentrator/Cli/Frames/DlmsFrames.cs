using System.Buffers;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.MBusTransport;
using Protocols.Dlms.Sfsk;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Concentrator.Cli.Frames;

/// <summary>What stands around the APDUs of one line of hex, and the APDUs.</summary>
/// <param name="Frame">Name of the layer.</param>
/// <param name="Messages">APDUs, put together from their segments.</param>
/// <param name="Notes">What each frame says of itself.</param>
/// <param name="Fault">Why the frames are not well; null where they are.</param>
internal sealed record DlmsFrames(string Frame, IReadOnlyList<ReadOnlyMemory<byte>> Messages, IReadOnlyList<string> Notes, string? Fault)
{
    private const int Longest = 1 << 20;

    /// <summary>Takes octets apart, whatever layer they begin with; several frames may follow one another.</summary>
    internal static DlmsFrames Of(byte[] octets) => octets switch
    {
        [0x7E, ..] => Hdlc(octets, "hdlc", []),
        [0, 1, _, _, _, _, _, _, ..] => Wrapper(octets),
        [0x68, _, _, 0x68, ..] => MBus(octets),
        [0x02, _, 0x50, ..] => Sfsk(octets),
        [0x6C, 0x6C, ..] or [0x3A, 0x3A, ..] or [0x56, 0x56, ..] or [0x71, 0x71, ..] or [0x1D, 0x1D, ..] or [0x4B, 0x4B, ..] or [0x27, 0x27, ..] => SfskHdlc(octets),
        [0xE6, 0xE6 or 0xE7, 0x00, ..] => new DlmsFrames("llc", [octets.AsMemory(HdlcLlc.Length)], [], null),
        [0x90, _, _, ..] when LlcFrame.TryParse(octets, out var llc) => new DlmsFrames("llc-432", [llc.Apdu], [$"LLC to {llc.Destination:X2} from {llc.Source:X2}"], null),
        _ => new DlmsFrames("apdu", [octets], [], null),
    };

    private static DlmsFrames Hdlc(byte[] octets, string name, List<string> notes)
    {
        var (input, framer, unasked, messages) = (new ReadOnlySequence<byte>(octets), new HdlcFramer(), new HdlcUnasked(Longest), new List<ReadOnlyMemory<byte>>());
        string? fault = null;
        var isOpen = false;
        while (framer.Read(ref input, out var frame, out _) is var read && read != FrameRead.NeedMore)
        {
            if (read != FrameRead.Got)
            {
                fault ??= "no HDLC frame: its lengths or check sequences do not hold";
                continue;
            }

            notes.Add(NoteOf(frame));
            switch (unasked.Take(frame))
            {
                case SegmentTaken.Whole:
                    messages.Add(unasked.Apdu.ToArray());
                    isOpen = false;
                    break;
                case SegmentTaken.Segment:
                    isOpen = true;
                    break;
            }
        }

        fault ??= notes.Count == 0 || !input.IsEmpty ? "no HDLC frame: its lengths or check sequences do not hold" : null;
        if (fault is not null && messages.Count == 0 && Damaged(octets) is { } content)
        {
            messages.Add(content);
        }

        return new DlmsFrames(name, messages, isOpen ? [.. notes, "the message goes on in further segments: give the earlier ones as prior"] : notes, fault);
    }

    /// <summary>Two flags, format, two addresses of one octet, control, FCS.</summary>
    private const int Shortest = 9;

    /// <summary>What one frame holds whose length fits and whose check sequences do not: shown, and never said to be well.</summary>
    private static ReadOnlyMemory<byte>? Damaged(byte[] octets)
    {
        if (octets.Length < Shortest || (((octets[1] & 7) << 8) | octets[2]) != octets.Length - 2 || octets[^1] != 0x7E || !HdlcAddress.TryParse(octets.AsSpan(3), out var destination)
            || !HdlcAddress.TryParse(octets.AsSpan(3 + destination.Length), out var source))
        {
            return null;
        }

        var at = 3 + destination.Length + source.Length + 1 + 2;
        return at < octets.Length - 3 ? HdlcLlc.Strip(octets.AsMemory(at..^3)) : null;
    }

    private static string NoteOf(in HdlcFrame frame)
    {
        var head = $"{frame.Control.Kind} (control {frame.Control.Octet:X2}) to {AddressOf(frame.Destination)} from {AddressOf(frame.Source)}{(frame.Segmented ? ", segmented" : "")}";
        return frame.Control.Kind switch
        {
            HdlcFrameKind.SetNormalResponseMode or HdlcFrameKind.UnnumberedAcknowledge when HdlcParameters.TryParse(frame.Information.Span, out var told) =>
                $"{head}: sends {told.MaxTransmit} octets in windows of {told.WindowTransmit}, takes {told.MaxReceive} in windows of {told.WindowReceive}",
            HdlcFrameKind.FrameReject when HdlcFrameReject.TryParse(frame.Information.Span, out var reject) => $"{head}: {reject}",
            _ => head,
        };
    }

    private static string AddressOf(in HdlcAddress address) => address.Length == 1 ? $"{address.Upper}" : $"{address.Upper}/{address.Lower}";

    private static DlmsFrames Wrapper(byte[] octets)
    {
        var (input, framer, messages, notes) = (new ReadOnlySequence<byte>(octets), new WrapperFramer(ushort.MaxValue), new List<ReadOnlyMemory<byte>>(), new List<string>());
        while (framer.Read(ref input, out var frame, out _) == FrameRead.Got)
        {
            messages.Add(frame.Apdu);
            notes.Add($"wrapper to {frame.Destination} from {frame.Source}");
        }

        return new DlmsFrames("wrapper", messages, notes, input.IsEmpty ? null : "a wrapper header, but its length is not that of the octets behind it");
    }

    private static DlmsFrames MBus(byte[] octets)
    {
        var (input, framer, assembly, messages, notes) = (new ReadOnlySequence<byte>(octets), new MBusFramer(), new MBusAssembly(Longest), new List<ReadOnlyMemory<byte>>(), new List<string>());
        string? fault = null;
        while (framer.Read(ref input, out var frame, out _) is var read && read != FrameRead.NeedMore)
        {
            if (read != FrameRead.Got)
            {
                fault ??= "no wired M-Bus frame with DLMS in it: lengths, check sum or CI (00 to 1F) do not fit";
                continue;
            }

            notes.Add($"M-Bus to address {frame.Address}, segment {frame.Number}{(frame.IsLast ? ", the last" : "")}, to {frame.Destination} from {frame.Source}");
            if (assembly.Take(frame) == SegmentTaken.Whole)
            {
                messages.Add(assembly.Apdu.ToArray());
            }
        }

        fault ??= notes.Count == 0 || !input.IsEmpty ? "no wired M-Bus frame with DLMS in it: lengths, check sum or CI (00 to 1F) do not fit" : null;
        return new DlmsFrames("mbus", messages, notes, fault);
    }

    private static DlmsFrames Sfsk(byte[] octets)
    {
        var (input, framer, messages, notes) = (new ReadOnlySequence<byte>(octets), new SfskFramer(), new List<ReadOnlyMemory<byte>>(), new List<string>());
        while (framer.Read(ref input, out var frame, out _) == FrameRead.Got)
        {
            var medium = CiMessage.Read(frame.Llc.Apdu, 6);
            notes.Add($"S-FSK to {frame.Destination:X3} from {frame.Source:X3}, credits {frame.Credits:X2}, LLC to {frame.Llc.Destination:X2} from {frame.Llc.Source:X2}{(medium is null ? "" : ": " + medium.Name)}");
            if (medium is null)
            {
                messages.Add(frame.Llc.Apdu.ToArray());
            }
        }

        return new DlmsFrames("s-fsk", messages, notes, notes.Count > 0 && input.IsEmpty ? null : "no S-FSK frame: its length, zeros or check sequence do not hold");
    }

    private static DlmsFrames SfskHdlc(byte[] octets)
    {
        var (input, framer, inside, notes) = (new ReadOnlySequence<byte>(octets), new SfskHdlcFramer(), new List<byte>(), new List<string>());
        while (framer.Read(ref input, out var frame, out _) == FrameRead.Got)
        {
            notes.Add($"S-FSK to {frame.Destination:X3} from {frame.Source:X3}, credits {frame.Credits:X2}");
            inside.AddRange(frame.Hdlc.Span);
        }

        if (notes.Count == 0 || !input.IsEmpty)
        {
            return new DlmsFrames("s-fsk-hdlc", [], notes, "no S-FSK frame with HDLC: its length, zeros or check sequence do not hold");
        }

        var whole = Hdlc([.. inside], "s-fsk-hdlc", notes);
        var medium = whole.Messages.Select(message => CiMessage.Read(message, 8)).FirstOrDefault(message => message is not null);
        return medium is null ? whole : whole with { Messages = [], Notes = [.. whole.Notes, medium.Name] };
    }
}
