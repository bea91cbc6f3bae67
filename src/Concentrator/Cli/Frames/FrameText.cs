namespace Concentrator.Cli.Frames;

/// <summary>An answer for people.</summary>
internal static class FrameText
{
    internal static void Write(FrameAnswer answer, TextWriter to)
    {
        if (answer.Json is not null)
        {
            to.WriteLine(answer.Json);
            return;
        }

        if (answer.Manufacturer.Length > 0)
        {
            to.WriteLine($"{answer.Manufacturer} {answer.Id} version {answer.Version:X2} {answer.Media}   {answer.Protocol} {answer.Frame}, {string.Join(" > ", answer.Layers)}, {answer.SecurityState}");
        }

        foreach (var record in answer.Records)
        {
            var value = record.Value ?? record.Time ?? record.Text ?? record.Error ?? "";
            to.WriteLine($"  {record.Quantity,-26} {value,16} {(record.Unit == "1" ? "" : record.Unit),-8} {record.Obis,-18} {(record.Storage > 0 ? "storage " + record.Storage : ""),-11} {(record.Function == "instantaneous" ? "" : record.Function)} {string.Join(' ', record.Labels)}".TrimEnd());
        }

        if (answer.Undecoded is not null)
        {
            to.WriteLine($"  not explained: {answer.Undecoded}");
        }

        if (answer.Error is not null)
        {
            to.WriteLine($"  {answer.Error}");
        }
    }
}
