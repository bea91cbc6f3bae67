namespace Unit.Vectors.Dlms;

/// <summary>Rows of the shared vectors that are no message, or that the other program read wrongly: each with the reason. At most 3 of 100 rows that are asked for.</summary>
internal static class SharedExceptions
{
    /// <summary>Rows that are not read as the message they are named after.</summary>
    internal static readonly Dictionary<string, string[]> Unread = new()
    {
        ["a key or another constant of a test that begins with an APDU's tag"] = ["dlms-0006", "dlms-0139", "dlms-0189", "dlms-0191", "dlms-0288"],
        ["a test's message with another tag or choice written over it, so that the fields behind it belong to another message"] =
        [
            "dlms-0101", "dlms-0106", "dlms-0112", "dlms-0116", "dlms-0117", "dlms-0119", "dlms-0120", "dlms-0123", "dlms-0124", "dlms-0125", "dlms-0132", "dlms-0141", "dlms-0146", "dlms-0147",
            "dlms-0153", "dlms-0169",
        ],
        ["a block with a length that is not that of its octets"] = ["dlms-0137", "dlms-0144"],
        ["a result that is neither data nor error"] = ["dlms-0445", "dlms-0465"],
        ["a server that writes its time twice"] = ["dlms-1930", "dlms-2039"],
        ["general-ciphering without its header of five strings, as one program writes it"] = ["dlms-1623", "dlms-1648", "dlms-1762", "dlms-1787"],
        ["a frame that a test damaged: too short, and broken off"] = ["dlms-0201", "dlms-0202"],
    };

    /// <summary>Rows that are read and written again, but the other program read something else.</summary>
    internal static readonly Dictionary<string, string[]> Disagreed = new()
    {
        ["it passes over the selective access of a SET and takes its parameters for the value"] = ["dlms-0409", "dlms-0410"],
    };

    internal static bool IsUnread(string id) => Unread.Values.Any(ids => ids.Contains(id));

    internal static bool IsDisagreed(string id) => Disagreed.Values.Any(ids => ids.Contains(id));

    internal static int Count => Unread.Values.Concat(Disagreed.Values).Sum(ids => ids.Length);
}
