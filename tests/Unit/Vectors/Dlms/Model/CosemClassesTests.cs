using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;
using Protocols.Dlms.Model.Classes;

namespace Unit.Vectors.Dlms.Model;

/// <summary>The interface classes as data.</summary>
public class CosemClassesTests
{
    /// <summary>Every class the protocol facts name (section 9).</summary>
    private static readonly int[] Named =
    [
        1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 17, 18, 20, 21, 22, 23, 25, 27, 28, 29, 30, 40, 41, 42, 43, 44, 45, 47, 48, 50, 51, 52, 53, 55, 56, 57, 58, 59, 61, 62, 63, 64, 65, 67, 68, 70, 71, 72,
        73, 74, 76, 77, 80, 81, 82, 83, 84, 85, 86, 90, 91, 92, 100, 101, 102, 103, 104, 111, 112, 113, 115, 116, 122, 123, 124, 151, 152, 153, 160, 161, 162,
    ];

    [Fact]
    public void Every_class_of_the_standard_is_there_with_a_name() =>
        Assert.All(Named, id => Assert.True(CosemClasses.All.Find((ushort)id) is { Name.Length: > 3 }, $"class {id}"));

    [Theory]
    [InlineData(3, 0, 3, "scaler_unit")]
    [InlineData(4, 0, 5, "capture_time")]
    [InlineData(5, 0, 9, "number_of_periods")]
    [InlineData(7, 1, 8, "profile_entries")]
    [InlineData(8, 0, 9, "clock_base")]
    [InlineData(18, 0, 7, "image_to_activate_info")]
    [InlineData(40, 2, 13, "last_confirmation_date_time")]
    [InlineData(64, 1, 6, "certificates")]
    [InlineData(68, 0, 6, "last_outcome")]
    [InlineData(70, 0, 4, "control_mode")]
    [InlineData(71, 0, 11, "actions")]
    [InlineData(72, 1, 14, "encryption_key_status")]
    [InlineData(83, 0, 14, "mac_capabilities")]
    [InlineData(91, 3, 26, "mac_duplicate_detection_TTL")]
    [InlineData(92, 3, 19, "adp_device_type")]
    [InlineData(112, 0, 11, "period")]
    [InlineData(113, 0, 13, "proportion")]
    [InlineData(124, 0, 10, "cumulative_failed_attempts")]
    public void The_last_attribute_of_a_class_has_its_number_and_name(ushort id, byte version, int number, string name) =>
        Assert.Equal(name, CosemClasses.All.Find(id, version)!.Attribute(number)?.Name);

    [Fact]
    public void Attributes_follow_one_another_without_a_hole() =>
        Assert.All(CosemClasses.All.List, one => Assert.Equal(Enumerable.Range(2, one.Attributes.Count), one.Attributes.Select(attribute => attribute.Number)));

    [Theory]
    [InlineData(72, 0, 14, false)] // the key status came with version 1
    [InlineData(72, 1, 14, true)]
    [InlineData(72, 9, 14, true)] // a version of tomorrow has what the last one had
    [InlineData(64, 0, 6, false)]
    public void A_version_has_what_it_had(ushort id, byte version, int attribute, bool has) => Assert.Equal(has, CosemClasses.All.Find(id, version)!.Attribute(attribute) is not null);

    [Theory]
    [InlineData("class 3 0 Register\n2 value anything")]
    [InlineData("class 3 0 Register\n3 b any\n2 a any")]
    [InlineData("class 7 1 B\nclass 7 0 A")]
    [InlineData("2 value any")]
    [InlineData("class x 0 Register")]
    [InlineData("class 3 0 R\n2 v {a:u8, b}")]
    [InlineData("class 3 0 R\n2 v array(")]
    public void A_wrong_line_is_named(string text)
    {
        Assert.Null(CosemClasses.Parse(text, out var fault));
        Assert.Contains(text.Split('\n')[^1], fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_is_told_in_words()
    {
        Assert.Equal("Register 1-0:1.8.0*255 attribute 3 scaler_unit", ModelText.OfAttribute(new AttributeDescriptor(3, Obis.Parse("1-0:1.8.0*255"), 3)));
        Assert.Equal("M-Bus client 0-1:24.1.0*255 method 8 transfer_key", ModelText.OfMethod(new AttributeDescriptor(72, Obis.Parse("0-1:24.1.0*255"), 8)));
        Assert.Equal("class 9999 0-0:1.0.0*255 attribute 2", ModelText.OfAttribute(new AttributeDescriptor(9999, Obis.Parse("0-0:1.0.0*255"), 2)));
    }

    [Theory]
    [InlineData("1-0:1.8.0*255", "active import (+A), total")]
    [InlineData("1-0:2.8.2*255", "active export (-A), total, tariff 2")]
    [InlineData("1-0:32.7.0*255", "voltage L1, instantaneous")]
    [InlineData("0-3:24.1.0*255", "M-Bus client, channel 3")]
    [InlineData("0-2:24.3.1*255", "M-Bus daily profile, channel 2")]
    [InlineData("0-0:99.98.4*255", "event log 4")] // which log it is depends on the project
    [InlineData("1-0:1.8.0*3", "active import (+A), total, billing period 3")]
    [InlineData("0-0:42.0.0*255", "logical device name")]
    [InlineData("1-0:200.200.0*255", "")]
    public void A_logical_name_is_told_in_words(string name, string words) => Assert.Equal(words, ObisNames.Of(Obis.Parse(name)));

    /// <summary>Classes that captured traffic names and the standard does not: a line each.</summary>
    private static readonly Dictionary<ushort, string> Strange = [];

    [Fact]
    public void Every_object_that_other_peoples_traffic_asks_for_is_of_a_known_class()
    {
        var unknown = new SortedSet<string>();
        var seen = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl"))
        {
            foreach (var octets in Octets(row))
            {
                foreach (var target in TargetsOf(Pdu.Read(octets, out _)))
                {
                    seen++;
                    if (CosemClasses.All.Find(target.ClassId) is null && !Strange.ContainsKey(target.ClassId))
                    {
                        unknown.Add($"{row.GetProperty("id")}: {target.ClassId} {target.Instance} {target.Attribute}");
                    }
                }
            }
        }

        Assert.True(seen > 60, $"{seen} objects were asked for");
        Assert.Empty(unknown);
    }

    private static IEnumerable<byte[]> Octets(System.Text.Json.JsonElement row)
    {
        if (row.GetProperty("hex").GetString() is { } hex)
        {
            var octets = Convert.FromHexString(hex);
            yield return octets;
            if (octets is [0, 1, _, _, _, _, _, _, ..])
            {
                yield return octets[8..];
            }
        }

        if (row.TryGetProperty("expect", out var expect) && expect.ValueKind == System.Text.Json.JsonValueKind.Object && expect.TryGetProperty("plaintext", out var plain) && plain.GetString() is { } text)
        {
            yield return Convert.FromHexString(text);
        }
    }

    private static IEnumerable<AttributeDescriptor> TargetsOf(Pdu? apdu) => apdu switch
    {
        GetRequest.Normal get => [get.Attribute],
        GetRequest.WithList list => list.Attributes.Select(one => one.Attribute),
        SetRequest.Normal set => [set.Attribute],
        SetRequest.WithList list => list.Attributes.Select(one => one.Attribute),
        ActionRequest.Normal action => [action.Method],
        AccessRequest access => access.Specifications.Select(one => one.Attribute),
        EventNotification told => [told.Attribute],
        _ => [],
    };
}
