using System.Buffers;
using Drivers.Dlms;
using Fuzz.Mutation;
using Metering;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;
using Protocols.Dlms.Model.Classes;

namespace Fuzz.Families;

/// <summary>What stands above framing and ciphering: APDUs, Data, and the rows of profiles.</summary>
internal static class DlmsFamilies
{
    internal static readonly byte[][] Tags =
    [
        [0x01, 0x01], [0x02, 0x02], [0x09, 0x0C], [0x13, 0x02, 0x01, 0x12], [0x13, 0x01, 0xFF, 0xFF, 0x00, 0x00], [0xC0, 0x01, 0xC1], [0xC0, 0x02], [0xC0, 0x03], [0xC1, 0x01], [0xC1, 0x02], [0xC1, 0x05], [0xC3, 0x01], [0xC3, 0x06], [0xC4, 0x01, 0xC1, 0x00],
        [0xC4, 0x02, 0xC1, 0x01], [0xC4, 0x03], [0xC5, 0x01], [0xC7, 0x01], [0xD9], [0xDA], [0x0F], [0xC2], [0xD8], [0xE0], [0xE6], [0xE7], [0xDB], [0xDC], [0xDD], [0xDF], [0x60], [0x61], [0x62], [0x63], [0x05], [0x06], [0x0C], [0x0D], [0x18], [0x01], [0x08], [0x0E],
        [0x30, 0x00, 0x00, 0x00, 0x01], [0x82, 0x01, 0x00], [0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01], [0xBE, 0x10, 0x04, 0x0E],
    ];

    internal static readonly byte[][] Nesting = [[0x01, 0x01], [0x02, 0x01], [0x02, 0x02], [0x13, 0x02, 0x01], [0x01, 0x00, 0x01], [0x01, 0xFF, 0xFF]];

    internal static Family Apdus => new("dlms", () => [.. DlmsSeeds.Apdus.Select(Convert.FromHexString)], () => octets =>
    {
        var apdu = Pdu.Read(octets, out var fault);
        if (apdu is AssociationMessage { Initiate: { } initiate })
        {
            Pdu.Read(initiate, out _);
        }

        apdu?.ToOctets();
        return fault;
    })
    { Generate = DataGenerator.Write, Words = Tags, Openers = Nesting };

    /// <summary>Data of any type: skipped, expanded, and read as each list the model knows.</summary>
    internal static Family Data => new("data", () => [.. DlmsSeeds.Data.Select(Convert.FromHexString)], () =>
    {
        var expanded = new ArrayBufferWriter<byte>(1 << 16);
        return octets =>
        {
            var span = octets.Span;
            CaptureObject.ReadList(span);
            ObjectList.Read(span);
            ScalerUnit.TryRead(span, out _);
            CosemTime.TryRead(span, DeviationSign.Standard, out _);
            var reader = new AXdrReader(span);
            while (reader.TryItem(out var item))
            {
                AXdrNumbers.TryInteger(item, out _);
                if (item.Tag == AXdrTag.CompactArray)
                {
                    expanded.ResetWrittenCount();
                    if (CompactArray.TryExpand(item.Content, expanded) && !Fills(expanded.WrittenSpan))
                    {
                        throw new InvalidOperationException("a compact array was expanded to what is no Data");
                    }
                }
            }

            return Fills(span) ? null : "no Data";
        };
    })
    { Generate = DataGenerator.Write, Words = Tags, Openers = Nesting };

    /// <summary>The first octet says whose meter it is and what is read; the rest is the buffer of a profile, of an event log, or a register.</summary>
    internal static Family Profiles => new("profile", () => [.. DlmsSeeds.Buffers().Select(buffer => (byte[])[(byte)(buffer.Length % 16), .. buffer])], () =>
    {
        var profiles = MeterProfiles.Names.Select(MeterProfiles.Find).ToArray();
        var columns = DlmsSeeds.Columns.Select(column => new ReadColumn(column, Unit.FromCosem(30), -1)).ToArray();
        var rows = new ProfileRows();
        var definition = new ProfileDefinition("load-profile", new Obis(1, 0, 99, 1, 0, 255), StampEdge.End, false);
        var reader = new ReadFor(MeterId.Parse("SIM0000000000001"));
        return octets =>
        {
            if (octets.IsEmpty)
            {
                return "empty";
            }

            var profile = profiles[octets.Span[0] & 3];
            string? fault = null;
            switch (octets.Span[0] >> 2 & 3)
            {
                case 0:
                    ToReadings.Events(definition, profile, columns, octets.Span[1..], rows, out fault);
                    break;
                case 1:
                    ToReadings.Registers(reader, profile, columns.AsSpan(2, 1), null, [octets[1..]]);
                    break;
                default:
                    ToReadings.Profile(reader, definition, profile, columns, 900, octets.Span[1..], rows, out fault);
                    break;
            }

            return fault;
        };
    })
    { Generate = DataGenerator.Write, Words = Tags, Openers = Nesting };

    /// <summary>The first two octets choose an attribute of the class tables; the rest is read as its type.</summary>
    internal static Family Typed => new("typed", () => [.. DlmsSeeds.Data.SelectMany((hex, at) => (byte[][])[[0, (byte)(at * 37), .. Convert.FromHexString(hex)], [1, (byte)(at * 101), .. Convert.FromHexString(hex)]])], () =>
    {
        var types = CosemClasses.All.List.SelectMany(one => one.Attributes.Concat(one.Methods)).Select(member => member.Type).ToArray();
        return octets => octets.Length < 2 ? "short" : TypedReader.Read(types[((octets.Span[0] << 8) | octets.Span[1]) % types.Length], octets.Span[2..], out var deviation) is null ? deviation : null;
    })
    { Generate = DataGenerator.Write, Words = Tags, Openers = Nesting, Given = static octets => 8 * octets }; // text of names and values: some ten characters an octet

    private static bool Fills(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TrySkip() && reader.Remaining == 0;
    }
}
