using System.Text.Json.Nodes;

namespace Unit.Vectors.Mqtt;

/// <summary>docs/mqtt: the description, the schemas and the examples say the same, and a schema refuses what is wrong.</summary>
public class ExampleTests
{
    public static TheoryData<string> Names => [.. MessageSchemas.Names];

    [Fact]
    public void The_description_has_a_channel_and_an_example_for_each_schema_and_no_other()
    {
        var description = JsonNode.Parse(File.ReadAllText(Path.Combine(MessageSchemas.Folder("."), "asyncapi.json")))!;
        var messages = description["channels"]!.AsObject().Select(channel => channel.Value!["messages"]!.AsObject().Single().Value!).ToList();
        Assert.Equal(["image-part"], messages.Where(message => message["payload"] is null).Select(message => message["name"]!.GetValue<string>())); // octets have no schema
        var described = messages.Where(message => message["payload"] is not null).Select(message => message["payload"]!["$ref"]!.GetValue<string>());
        Assert.Equal(MessageSchemas.Names.Select(name => $"./schemas/{name}.json").Order(), described.Order());
        Assert.Equal(MessageSchemas.Names.Order(), Directory.EnumerateFiles(MessageSchemas.Folder("examples")).Select(file => Path.GetFileNameWithoutExtension(file)).Order());
        Assert.Equal(description["channels"]!.AsObject().Select(channel => channel.Key), description["operations"]!.AsObject().Select(operation => operation.Key));
    }

    [Requirement("P5, P6")]
    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_fits_its_schema(string name) => Assert.Empty(MessageSchemas.FaultsOf(name, Example(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_too_many_too_few_or_of_another_type_is_refused(string name)
    {
        var more = JsonNode.Parse(Example(name))!.AsObject();
        more["surplus"] = 1;
        Assert.NotEmpty(MessageSchemas.FaultsOf(name, more.ToJsonString()));
        foreach (var field in JsonNode.Parse(Example(name))!.AsObject().Select(field => field.Key).Where(field => (name, field) is not (("ack", "rows" or "at") or ("cmd", "verb" or "notBefore" or "args" or "keyId" or "signature"))))
        {
            var fewer = JsonNode.Parse(Example(name))!.AsObject();
            fewer.Remove(field);
            Assert.NotEmpty(MessageSchemas.FaultsOf(name, fewer.ToJsonString()));
            var other = JsonNode.Parse(Example(name))!.AsObject();
            other[field] = new JsonArray(new JsonArray());
            Assert.NotEmpty(MessageSchemas.FaultsOf(name, other.ToJsonString()));
        }
    }

    [Theory]
    [InlineData("\"unit\":\"m3\"", "\"unit\":\"m^3\"")]
    [InlineData("\"q\":\"valid\"", "\"q\":\"good\"")]
    [InlineData("\"clock\":\"", "\"clock\":\"very-")]
    [InlineData("\"kind\":\"register\"", "\"kind\":\"total\"")]
    [InlineData("/mbus/h:", "/mbus/")]
    [InlineData("\"rev\":0", "\"rev\":-1")]
    public void A_wrong_word_in_a_block_is_refused(string right, string wrong)
    {
        var example = JsonNode.Parse(Example("readings"))!.ToJsonString();
        Assert.Contains(right, example, StringComparison.Ordinal);
        Assert.NotEmpty(MessageSchemas.FaultsOf("readings", example.Replace(right, wrong, StringComparison.Ordinal)));
    }

    private static string Example(string name) => File.ReadAllText(Path.Combine(MessageSchemas.Folder("examples"), name + ".json"));
}
