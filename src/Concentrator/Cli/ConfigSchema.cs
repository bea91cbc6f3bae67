using System.Text;
using System.Text.Json;
using Concentrator.Settings;

namespace Concentrator.Cli;

/// <summary>JSON Schema of the configuration, from the key table.</summary>
internal static class ConfigSchema
{
    internal static string Write()
    {
        using var buffer = new MemoryStream();
        using (var to = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            to.WriteStartObject();
            to.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            to.WriteString("title", "concentrator.toml");
            WriteTable(to, "");
            to.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteTable(Utf8JsonWriter to, string path)
    {
        to.WriteString("type", "object");
        var free = KeyTable.Find(path, "*");
        if (free is { Path: var freePath } && freePath.EndsWith('*'))
        {
            to.WriteStartObject("additionalProperties");
            WriteKey(to, free);
            to.WriteEndObject();
            return;
        }

        to.WriteBoolean("additionalProperties", false);
        to.WriteStartObject("properties");
        foreach (var name in KeyTable.NamesIn(path))
        {
            to.WriteStartObject(name);
            WriteKey(to, KeyTable.Find(path, name)!);
            to.WriteEndObject();
        }

        to.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter to, Key key)
    {
        to.WriteString("description", key.Meaning);
        switch (key.Type)
        {
            case KeyType.Table:
                WriteTable(to, key.Path);
                break;
            case KeyType.TableList or KeyType.TextList:
                to.WriteString("type", "array");
                to.WriteStartObject("items");
                if (key.Type == KeyType.TableList)
                {
                    WriteTable(to, key.Path + "[]");
                }
                else
                {
                    to.WriteString("type", "string");
                }

                to.WriteEndObject();
                break;
            default:
                to.WriteString("type", key.Type switch { KeyType.Number => "integer", KeyType.Truth => "boolean", _ => "string" });
                if (key.Choices.Length > 0)
                {
                    to.WriteStartArray("enum");
                    foreach (var choice in key.Choices)
                    {
                        to.WriteStringValue(choice);
                    }

                    to.WriteEndArray();
                }

                break;
        }
    }
}
