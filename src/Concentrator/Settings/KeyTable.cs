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
internal sealed record Key(string Path, KeyType Type, string Meaning, string? Default = null, params string[] Choices);

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
        new("upstream.*.url", KeyType.Text, "mqtts://host:port, or mqtt:// for tests; dlms://address:port is a door that head-ends come to"),
        new("upstream.*.acknowledge", KeyType.Text, "what settles a batch: PUBACK, or the head-end's own message", "\"broker\"", "broker", "head-end"),
        new("upstream.*.ca", KeyType.Text, "file with the certificate authorities that the head-end's certificate must come from"),
        new("upstream.*.certificate", KeyType.Text, "file with the box's client certificate (PEM)"),
        new("upstream.*.key", KeyType.Text, "file with its private key (PEM, mode 0400)"),
        new("upstream.*.user", KeyType.Text, "user name for the broker"),
        new("upstream.*.password", KeyType.Text, "file with the password (mode 0400)"),
        new("upstream.*.topic", KeyType.Text, "base of all topics; {id} is the box's id", "\"dc/v1/{id}\""),
        new("upstream.*.allow", KeyType.TextList, "networks that may come to the DLMS door, such as 192.0.2.0/24: everybody else is refused before anything is read"),
        new("upstream.*.connections", KeyType.Number, "connections that the DLMS door takes at a time", "16"),
        new("upstream.*.perClient", KeyType.Number, "of these from one address", "4"),
        new("upstream.*.idle", KeyType.Text, "a connection that says nothing for so long is closed", "\"3m\""),
        new("upstream.*.passThrough", KeyType.TextList, "meters that a head-end may speak with through the box, end to end ciphered: ids, or their beginnings with * behind them", "[]"),
        new("upstream.*.association", KeyType.Table, "how head-ends associate with the DLMS door as management client; its keys stand in the keys file under the box's id"),
        new("upstream.*.association.mechanism", KeyType.Text, "how both sides prove themselves", null, "hls-gmac", "lls", "none"),
        new("upstream.*.association.suite", KeyType.Number, "security suite", "0"),
        new("driver", KeyType.TableList, "modems and radios, one table each"),
        new("driver[].name", KeyType.Text, "its name in topics and logs"),
        new("driver[].family", KeyType.Text, "which kind of modem, or dlms for one meter on a port of its own", null, "im871a", "dlms", "prime", "g3"),
        new("driver[].port", KeyType.Text, "/dev/ttyUSB0, or tcp://host:port; udp://host:port for DLMS in the wrapper"),
        new("driver[].listen", KeyType.Text, "instead of a port: where DLMS meters push to, tcp://0.0.0.0:4061 or udp://0.0.0.0:4061; their keys stand in the keys file under ST- and the system title"),
        new("driver[].mode", KeyType.Text, "what a radio listens to", "\"C1+T1\"", "C1+T1", "C1", "T1", "S1"),
        new(
            "driver[].framing", KeyType.Text,
            "how DLMS travels; on a customer interface, where the meter speaks by itself, push (found out), push-hdlc, push-mbus or p1; with listen found out where it is not set", "\"wrapper\"", "wrapper", "hdlc", "mode-e", "push", "push-hdlc", "push-mbus", "p1"),
        new("driver[].offset", KeyType.Number, "standard time of the meter's zone in minutes east of UTC, for P1 telegrams, which tell summer from winter and not the zone; not set: their times have no offset"),
        new("driver[].push-objects", KeyType.TextList, "what pushes hold that name nothing: the meter's push object list (class 40, attribute 2), each as class/OBIS/attribute"),
        new("driver[].baud", KeyType.Number, "speed of a tty, 8N1; with mode-e the fastest that is taken after the sign-on at 300 baud 7E1; a power line modem has 115200", "9600"),
        new("driver[].pan", KeyType.Number, "PAN id of a G3 network; another one is taken where a neighbour has it", "30749"),
        new("driver[].band", KeyType.Text, "where a G3 modem works", "\"cenelec-a\"", "cenelec-a", "cenelec-b", "fcc", "arib"),
        new("driver[].udpPort", KeyType.Number, "UDP port of DLMS in a G3 network; 61616 to 61631 cost fewer octets on the air", "4059"),
        new("driver[].euiReversed", KeyType.Truth, "EUI-64s are printed on meters from the last octet the G3 modem tells to the first", "false"),
        new("driver[].securityProfile", KeyType.Number, "security profile of a PRIME 1.4 network, 0 to 2: a node that joins below it is refused; not set: as the modem is set"),
        new("driver[].metersAtOnce", KeyType.Number, "meters of a power line network that are worked at the same time; not set: what suits the medium"),
        new("driver[].signOn", KeyType.Text, "device address in the sign-on of mode-e; empty calls whichever meter is on the line", "\"\""),
        new("driver[].physical", KeyType.Number, "lower HDLC address of the meter; 0 for none", "0"),
        new("driver[].profile", KeyType.Text, "which kind of meter: what its profiles and status bits mean", "\"plain\"", "plain", "idis", "dsmr", "prime"),
        new("driver[].meter", KeyType.Text, "logical device name, where the meter does not tell it to the public client"),
        new("driver[].gateway", KeyType.Table, "the meter is behind a gateway, which the port leads to"),
        new("driver[].gateway.network", KeyType.Number, "neighbourhood network", "0"),
        new("driver[].gateway.address", KeyType.Text, "the meter's address in it, in hex"),
        new("driver[].association", KeyType.Table, "how the box associates with a DLMS meter"),
        new("driver[].association.client", KeyType.Number, "client SAP: 1 management, 2 reading", "1"),
        new("driver[].association.server", KeyType.Number, "logical device", "1"),
        new("driver[].association.mechanism", KeyType.Text, "how both sides prove themselves; hls-ecdsa wants suite 1 or 2, certificate, key and ca", "\"hls-gmac\"", "none", "lls", "hls-2", "hls-md5", "hls-sha1", "hls-gmac", "hls-sha256", "hls-ecdsa"),
        new("driver[].association.suite", KeyType.Number, "security suite; 1 is P-256, 2 is P-384", "0"),
        new("driver[].association.ciphered", KeyType.Truth, "every APDU is protected; by default with hls-gmac and hls-ecdsa, which want it, and not with the others"),
        new("driver[].association.protection", KeyType.Text, "how every APDU is protected", "\"both\"", "authenticated", "encrypted", "both"),
        new("driver[].association.general", KeyType.Truth, "general-glo-ciphering rather than a ciphered tag for each service", "false"),
        new("driver[].association.generalCiphering", KeyType.Text, "general-ciphering, and how each APDU tells its key: the global one, agreed in one pass, or agreed by the static keys of both", "\"none\"", "none", "identified", "one-pass", "static"),
        new("driver[].association.signed", KeyType.Truth, "every question is signed (general-signing), and every answer must be", "false"),
        new("driver[].association.challenge", KeyType.Number, "octets of the box's challenge, 8 to 64; some meters take 16 only", "16"),
        new("driver[].association.preEstablished", KeyType.Truth, "the association is there without being asked for", "false"),
        new("driver[].association.meterTitle", KeyType.Text, "the meter's system title in hex, for a pre-established association that is ciphered"),
        new("driver[].association.counter", KeyType.Text, "object that tells the public client which invocation counter the meter expects, such as 0-0:43.1.2*255; not set: the meter profile's, or found out"),
        new("driver[].association.certificate", KeyType.Text, "file with the box's certificate for signing (PEM); its common name is the box's system title"),
        new("driver[].association.key", KeyType.Text, "file with its private key (PEM, mode 0400)"),
        new("driver[].association.agreementKey", KeyType.Text, "file with the box's private key for agreeing on keys (PEM, mode 0400)"),
        new("driver[].association.ca", KeyType.Text, "file with the certificate authorities that the meter's certificates must come from (PEM)"),
        new("driver[].association.meterCertificate", KeyType.Text, "file with the meter's certificate for signing (PEM), where it shows none itself"),
        new("driver[].association.meterAgreement", KeyType.Text, "file with the meter's certificate for agreeing on keys (PEM)"),
        new("driver[].association.dedicated", KeyType.Truth, "with a key for each association", "false"),
        new("keys", KeyType.Table, "meter keys"),
        new("keys.file", KeyType.Text, "keys file (mode 0400), read in place and again when it changes"),
        new("http", KeyType.Table, "the local console"),
        new("http.listen", KeyType.Text, "address:port", "\"127.0.0.1:8080\""),
        new("home", KeyType.Table, "the consumers' side: displays and home automation see their own meters, and can write nothing"),
        new("home.listen", KeyType.Text, "address:port that home automation comes to; on another address than 127.0.0.1 it wants certificate and key"),
        new("home.certificate", KeyType.Text, "file with the listener's certificate (PEM)"),
        new("home.key", KeyType.Text, "file with its private key (PEM, mode 0400)"),
        new("home.consumer", KeyType.TableList, "consumers, one table each"),
        new("home.consumer[].name", KeyType.Text, "its name in the log and the audit"),
        new("home.consumer[].meters", KeyType.TextList, "ids of the consumer's own meters"),
        new("home.consumer[].token", KeyType.Text, "file with what the consumer's devices prove themselves by (mode 0400), 24 characters and more"),
        new("home.consumer[].refresh", KeyType.Text, "nothing that is shown is to be older (10s)", "\"10s\""),
        new("home.consumer[].display", KeyType.Text, "line to a simple display, such as /dev/ttyUSB3: a P1 telegram at each refresh, 115200 8N1"),
        new("time", KeyType.Table, "the box's clock"),
        new("time.sources", KeyType.TextList, "who stands behind the clock: kernel (the system's time service), ntp://host[:port], hes (an authenticated head-end); two must agree before a meter's clock is touched", "[\"kernel\"]"),
        new("log", KeyType.Table, "the log on standard error"),
        new("log.level", KeyType.Text, "how much it tells; never a key", "\"information\"", "trace", "debug", "information", "warning", "error"),
        new("meters", KeyType.Table, "which meters, and what is kept of them"),
        new("meters.accept", KeyType.Text, "all, or only those in the keys file, imported or expected; with listed, unknown nodes of a power line network wait in quarantine", "\"all\"", "all", "listed"),
        new("meters.keep", KeyType.Text, "slot per meter on the air (15m, 1h), or all", "\"15m\""),
        new("meters.commit", KeyType.Text, "how long readings wait for a common sync (1s, 10s), or auto", "\"auto\""),
        new("issuer", KeyType.TableList, "who may sign what the head-end sends"),
        new("issuer[].keyId", KeyType.Text, "name of the key"),
        new("issuer[].publicKey", KeyType.Text, "file with the public key (PEM)"),
        new("issuer[].orders", KeyType.TextList, "what it may sign: verbs of orders, owner for ownership lists, * for all", "[\"*\"]"),
        new("roles", KeyType.Table, "Unix users of the local socket; everyone else is viewer"),
        new("roles.*", KeyType.TextList, "users of a role: technician, operator, security-officer, auditor"),
        new("orders", KeyType.Table, "what orders need besides a role and a signature"),
        new("orders.suppliesAnHour", KeyType.Number, "meters whose supply may be switched within an hour, all orders together", "20"),
        new("orders.needApproval", KeyType.TextList, "verbs that wait until a second one approves them", "[]"),
        new("collection", KeyType.Table, "what to read when"),
        new("collection.zone", KeyType.Text, "zone in which days are cut and times of day are meant, such as Europe/Madrid; without it that of the system"),
        new("collection.tasks", KeyType.TableList, "collection tasks"),
        new("collection.tasks[].read", KeyType.Text, "registers, clock (looked at, and moved where that is allowed), an OBIS code, or what the meter profile calls it: daily-profile, load-profile, billing-profile, standard-log"),
        new("collection.tasks[].every", KeyType.Text, "period (15m, 1h, 1d, 7d); 1mo: the first day of each month, up to 12mo", "\"1d\""),
        new("collection.tasks[].start", KeyType.Text, "time of day of the first run, local time", "\"00:05\""),
        new("collection.tasks[].due", KeyType.Text, "time of day by which a run's values are wanted, local time"),
        new("collection.tasks[].priority", KeyType.Text, "billing goes before profile on a medium that meters share", "\"profile\"") { Choices = ["billing", "profile"] },
        new("collection.tasks[].meters", KeyType.TextList, "only these meters: ids, or their beginnings with * behind them", "[\"*\"]"),
        new("collection.tasks[].send", KeyType.Truth, "head-ends get what it reads; false: it stays here until one asks for it (resend)", "true"),
        new("collection.tasks[].store", KeyType.Truth, "what it reads is kept; false, with send = false: it is only the newest that is known of the meter", "true"),
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
