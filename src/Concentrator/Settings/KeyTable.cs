namespace Concentrator.Settings;

/// <summary>What a key may hold.</summary>
internal enum KeyType
{
    Text, Number, Truth, TextList, Table, TableList,
}

/// <summary>One key of the configuration.</summary>
/// <param name="Path">Dotted; <c>*</c> stands for a name of the reader's choice, <c>[]</c> for each table of a list.</param>
/// <param name="Type">What it may hold.</param>
/// <param name="Meaning">One line for people.</param>
/// <param name="Default">What holds when it is not set, as TOML; null where it must be set or has no default.</param>
/// <param name="Choices">The only texts allowed; empty for any.</param>
internal sealed record Key(string Path, KeyType Type, string Meaning, string? Default = null, params string[] Choices)
{
    /// <summary>What of it this version does not do yet; null where it does all. <c>config check</c> says it.</summary>
    internal string? NotYet { get; init; }
}

/// <summary>All keys (CONTRACTS section 4), in one table: it drives the check, "did you mean", <c>config show</c> and <c>config schema</c>.</summary>
internal static class KeyTable
{
    internal static IReadOnlyList<Key> Keys { get; } =
    [
        new("id", KeyType.Text, "names the box in topics and logs"),
        new("profile", KeyType.Text, "which part of the reference architecture the box is", "\"nnap\"", "nnap", "lnap", "both"),
        new("flag", KeyType.Text, "maker's FLAG letters of the box's own system title", "\"XXX\""),
        new("upstream", KeyType.Table, "head-ends, one table each"),
        new("upstream.*", KeyType.Table, "a head-end"),
        new("upstream.*.url", KeyType.Text, "mqtts://host:port, or mqtt:// for tests"),
        new("upstream.*.acknowledge", KeyType.Text, "what settles a batch: PUBACK, or the head-end's own message", "\"broker\"", "broker", "head-end"),
        new("upstream.*.ca", KeyType.Text, "file with the certificate authorities that the head-end's certificate must come from"),
        new("upstream.*.certificate", KeyType.Text, "file with the box's client certificate (PEM)"),
        new("upstream.*.key", KeyType.Text, "file with its private key (PEM, mode 0400)"),
        new("upstream.*.user", KeyType.Text, "user name for the broker"),
        new("upstream.*.password", KeyType.Text, "file with the password (mode 0400)"),
        new("upstream.*.topic", KeyType.Text, "base of all topics; {id} is the box's id", "\"dc/v1/{id}\""),
        new("driver", KeyType.TableList, "modems and radios, one table each"),
        new("driver[].name", KeyType.Text, "its name in topics and logs"),
        new("driver[].family", KeyType.Text, "which kind of modem", null, "im871a"),
        new("driver[].port", KeyType.Text, "/dev/ttyUSB0, or tcp://host:port"),
        new("driver[].mode", KeyType.Text, "what a radio listens to", "\"C1+T1\"", "C1+T1", "C1", "T1", "S1"),
        new("keys", KeyType.Table, "meter keys"),
        new("keys.file", KeyType.Text, "keys file (mode 0400), read in place and again when it changes"),
        new("http", KeyType.Table, "the local console"),
        new("http.listen", KeyType.Text, "address:port", "\"127.0.0.1:8080\""),
        new("time", KeyType.Table, "the box's clock"),
        new("time.sources", KeyType.TextList, "where time comes from", "[\"kernel\"]") { NotYet = "only the kernel's clock is used by this version" },
        new("meters", KeyType.Table, "which meters, and what is kept of them"),
        new("meters.accept", KeyType.Text, "all, or only those in the keys file", "\"all\"", "all", "listed"),
        new("meters.keep", KeyType.Text, "slot per meter on the air (15m, 1h), or all", "\"15m\""),
        new("meters.commit", KeyType.Text, "how long readings wait for a common sync (1s, 10s), or auto", "\"auto\""),
        new("issuer", KeyType.TableList, "who may sign orders") { NotYet = "this version takes no orders" },
        new("issuer[].keyId", KeyType.Text, "name of the key"),
        new("issuer[].publicKey", KeyType.Text, "file with the public key (PEM)"),
        new("issuer[].orders", KeyType.TextList, "which orders", "[\"*\"]"),
        new("roles", KeyType.Table, "Unix users of the local socket; everyone else is viewer"),
        new("roles.*", KeyType.TextList, "users of a role"),
        new("collection", KeyType.Table, "what to read when"),
        new("collection.tasks", KeyType.TableList, "collection tasks") { NotYet = "no driver of this version polls meters" },
        new("collection.tasks[].read", KeyType.Text, "which profile"),
        new("collection.tasks[].every", KeyType.Text, "period"),
        new("collection.tasks[].start", KeyType.Text, "time of day"),
        new("collection.tasks[].due", KeyType.Text, "time of day"),
    ];

    /// <summary>The key of a path, its wildcards matched; null where there is none.</summary>
    internal static Key? Find(string parent, string name) =>
        Keys.FirstOrDefault(key => key.Path == Join(parent, name)) ?? Keys.FirstOrDefault(key => key.Path == Join(parent, "*"));

    /// <summary>The names that may stand in a table.</summary>
    internal static IEnumerable<string> NamesIn(string parent) =>
        Keys.Where(key => ParentOf(key.Path) == parent).Select(key => key.Path[(key.Path.LastIndexOf('.') + 1)..]).Where(name => name != "*");

    internal static string Join(string parent, string name) => parent.Length == 0 ? name : parent + "." + name;

    private static string ParentOf(string path) => path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : "";
}
