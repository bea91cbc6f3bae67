using Concentrator.Settings;
using Metering;

namespace Unit.Flows.Settings;

public sealed class SettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("settings").FullName;

    [Theory]
    [InlineData("[roles]\nplumber = [\"bob\"]", "\"plumber\" is no role; there are technician, operator, security-officer, auditor")]
    [InlineData("[orders]\nneedApproval = [\"explode\"]", "\"explode\" is no order that can wait for approval")]
    [InlineData("[orders]\nsuppliesAnHour = -1", "suppliesAnHour")]
    public void Roles_and_limits_of_orders_that_do_not_fit_are_faults(string text, string sentence) =>
        Assert.Contains(Load($"id = \"a\"\n{text}").Faults, fault => fault.ToString().Contains(sentence, StringComparison.Ordinal));

    [Theory]
    [InlineData("\"gps\"", "none of kernel, hes, ntp://host[:port]")]
    [InlineData("\"ntp://\"", "none of kernel, hes, ntp://host[:port]")]
    [InlineData("\"kernel\", \"kernel\"", "counts once")]
    public void A_time_source_that_is_none_is_an_error(string sources, string sentence) =>
        Assert.Contains(Load($"id = \"a\"\n[time]\nsources = [{sources}]").Faults, fault => fault.Sentence.Contains(sentence, StringComparison.Ordinal));

    [Fact]
    public void The_contracts_example_is_understood()
    {
        var keys = Secret("meters.keys");
        var outcome = Load($"""
            id = "dc-0001"
            [upstream.main]
            url = "mqtts://hes.example:8883"
            acknowledge = "head-end"
            [[driver]]
            name = "radio0"
            family = "im871a"
            port = "/dev/ttyUSB0"
            mode = "C1+T1"
            [keys]
            file = "{keys}"
            [collection]
            tasks = [ {"{"} read = "daily-profile", every = "1d", start = "00:05", due = "12:00" {"}"} ]
            [http]
            listen = "127.0.0.1:8081"
            [meters]
            accept = "listed"
            keep = "1h"
            commit = "2s"
            [roles]
            operator = ["alice"]
            """);
        Assert.Empty(outcome.Faults);
        var settings = outcome.Settings!;
        Assert.Equal("dc-0001", settings.Id);
        Assert.True(settings.Upstreams[0].HeadEndAcknowledges);
        Assert.Equal("dc/v1/dc-0001", settings.Upstreams[0].TopicBase);
        Assert.Equal(8081, settings.HttpListen.Port);
        Assert.False(settings.Meters.AcceptAll);
        Assert.Equal(TimeSpan.FromHours(1), settings.Meters.Keep);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Meters.Commit);
        Assert.Equal(["alice"], settings.Roles["operator"]);
    }

    [Theory]
    [InlineData("id = \"a\"\nprofil = \"nnap\"", ":2:1: \"profil\" is not known at the top level; did you mean \"profile\"?")]
    [InlineData("id = \"a\"\n[meters]\nkeeep = \"1h\"", ":3:1: \"keeep\" is not known in [meters]; did you mean \"keep\"?")]
    [InlineData("id = 7", ":1:1: id wants a text in quotes")]
    [InlineData("profile = \"nnap\"", "id is missing")]
    [InlineData("id = \"a\"\nprofile = \"dnap\"", "possible: nnap, lnap, both")]
    [InlineData("id = \"a\"\n[upstream.main]\nurl = \"http://x\"", "wants mqtts://host:port")]
    [InlineData("id = \"a\"\n[upstream.main]\nacknowledge = \"broker\"", "url is missing in this table")]
    [InlineData("id = \"a\"\n[[driver]]\nname = \"r\"\nfamily = \"sigfox\"\nport = \"/dev/x\"", "\"sigfox\" is not possible in this version; possible: im871a")]
    [InlineData("id = \"a\"\n[[driver]]\nname = \"r\"\nfamily = \"im871a\"\nport = \"/dev/x\"\n[[driver]]\nname = \"r\"\nfamily = \"im871a\"\nport = \"/dev/y\"", "two drivers are called \"r\"")]
    [InlineData("id = \"a\"\n[http]\nlisten = \"here\"", "wants address:port")]
    [InlineData("id = \"a\"\n[meters]\nkeep = \"soon\"", "wants a duration")]
    [InlineData("id = \"a\"\n[keys]\nfile = \"/nowhere/keys\"", "the file is not there")]
    [InlineData("id = \"a\"\n[collection]\nzone = \"Europe/Madird\"", ":3:1: zone = \"Europe/Madird\" is no time zone; did you mean \"Europe/Madrid\"?")]
    [InlineData("id = \"a\"\n[collection]\nzone = \"Mars/Olympus Mons\"", "is no time zone; it wants a name such as Europe/Madrid")]
    [InlineData("id = \"a\"\n[collection]\nzone = \"../../etc/passwd\"", "is no time zone")]
    [InlineData("id = \"a\"\n[collection]\nzone = 1", "zone wants a text in quotes")]
    [InlineData("id = \"a\"\n[collection]\nzoen = \"UTC\"", "did you mean \"zone\"?")]
    [InlineData("id = \"a\"\nid = \"b\"", ":2:")]
    [InlineData("id = ", ":1:")]
    public void What_is_wrong_is_said_with_file_line_and_what_to_do(string text, string sentence)
    {
        var outcome = Load(text);
        Assert.Null(outcome.Settings);
        Assert.Contains(outcome.Faults, fault => fault.ToString().Contains(sentence, StringComparison.Ordinal));
        Assert.All(outcome.Faults, fault => Assert.StartsWith(_directory, fault.Place.File, StringComparison.Ordinal));
    }

    [Fact]
    public void Billing_days_are_cut_in_the_zone_that_is_set_or_the_systems_and_tasks_that_read_the_same_have_names()
    {
        var settings = Load("id = \"a\"\n[collection]\nzone = \"Europe/Madrid\"\ntasks = [ { read = \"load-profile\", every = \"1d\" }, { read = \"registers\" }, { read = \"load-profile\", every = \"1d\" } ]").Settings!;
        Assert.Equal("Europe/Madrid", settings.Zone!.Id);
        Assert.Equal(TimeSpan.FromHours(2), settings.Zone.GetUtcOffset(new DateTime(2026, 7, 1, 0, 0, 0, DateTimeKind.Utc)));
        Assert.Equal(["load-profile", "registers", "load-profile#2"], settings.Tasks.Select(task => task.Name));
        Assert.Equal(3, settings.Tasks.Distinct().Count());
        Assert.Null(Load("id = \"a\"").Settings!.Zone);
    }

    [Fact]
    public void A_task_says_which_meters_how_often_and_what_becomes_of_the_values()
    {
        var tasks = Load(
            "id = \"a\"\n[collection]\ntasks = [ { read = \"billing-profile\", every = \"1mo\", start = \"01:00\", meters = [\"LGZ*\", \"SIM0000000000007\"], send = false },"
            + " { read = \"registers\", every = \"15m\", send = false, store = false }, { read = \"billing-profile\", meters = [\"SAG*\"] } ]").Settings!.Tasks;
        Assert.Equal((1, ReadingUse.Kept), (tasks[0].Months, tasks[0].Use));
        Assert.True(tasks[0].Concerns(MeterId.Parse("LGZ1030655933512")) && tasks[0].Concerns(MeterId.Parse("SIM0000000000007")));
        Assert.False(tasks[0].Concerns(MeterId.Parse("SIM0000000000008")));
        Assert.Equal((0, ReadingUse.Shown, true), (tasks[1].Months, tasks[1].Use, tasks[1].Concerns(MeterId.Parse("SIM0000000000008"))));
        Assert.Equal(ReadingUse.Sent, tasks[2].Use);
    }

    [Theory]
    [InlineData("read = \"registers\", store = false", ":3:33: store = false wants send = false")]
    [InlineData("read = \"load-profile\", send = false, store = false", "only what is not stored yet is asked for")]
    [InlineData("read = \"standard-log\", send = false", "what standard-log brings are events")]
    [InlineData("read = \"registers\", meters = [\"lgz\"]", "meters: \"lgz\" wants a meter's id")]
    [InlineData("read = \"registers\", every = \"13mo\"", "every = \"13mo\" wants a duration")]
    [InlineData("read = \"load-profile\", meters = [\"LGZ1*\"] }, { read = \"load-profile\", meters = [\"LGZ*\"], send = false", "two tasks read load-profile of the same meters")]
    public void A_task_that_cannot_be_done_is_refused(string task, string sentence) =>
        Assert.Contains(Load($"id = \"a\"\n[collection]\ntasks = [ {{ {task} }} ]").Faults, fault => fault.ToString().Contains(sentence, StringComparison.Ordinal));

    [Fact]
    public void All_faults_are_said_not_only_the_first() => Assert.Equal(3, Load("idd = \"a\"\n[http]\nlissen = 1\n[meters]\nkeeep = 2").Faults.Count);

    [Fact]
    public void A_later_drop_in_wins_and_the_environment_wins_over_both()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "conf.d"));
        File.WriteAllText(Path.Combine(_directory, "conf.d", "10-a.toml"), "[http]\nlisten = \"127.0.0.1:1001\"\n[meters]\nkeep = \"all\"");
        File.WriteAllText(Path.Combine(_directory, "conf.d", "20-b.toml"), "[http]\nlisten = \"127.0.0.1:1002\"");
        var settings = Load("id = \"a\"\n[http]\nlisten = \"127.0.0.1:1000\"").Settings!;
        Assert.Equal(1002, settings.HttpListen.Port);
        Assert.Equal(TimeSpan.Zero, settings.Meters.Keep);
        var fromEnvironment = Load("id = \"a\"", new() { ["CONCENTRATOR__Http__Listen"] = "127.0.0.1:1003" }).Settings!;
        Assert.Equal(1003, fromEnvironment.HttpListen.Port);
    }

    [Fact]
    public void A_secret_that_others_may_read_is_refused()
    {
        var keys = Path.Combine(_directory, "open.keys");
        File.WriteAllText(keys, "");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains(Load($"id = \"a\"\n[keys]\nfile = \"{keys}\"").Faults, fault => fault.Sentence.Contains("chmod 0400", StringComparison.Ordinal));
    }

    [Fact]
    public void A_socket_path_that_no_socket_can_have_is_refused()
    {
        File.WriteAllText(Path.Combine(_directory, "concentrator.toml"), "id = \"a\"");
        var outcome = SettingsLoader.Load(Path.Combine(_directory, "concentrator.toml"), "/tmp/" + new string('x', 120), null, new Dictionary<string, string>());
        Assert.Contains(outcome.Faults, fault => fault.Sentence.Contains("107 octets", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Secret(string name)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        return path;
    }

    private SettingsOutcome Load(string text, Dictionary<string, string>? environment = null) => Load(_directory, text, environment);

    internal static SettingsOutcome Load(string directory, string text, Dictionary<string, string>? environment = null)
    {
        File.WriteAllText(Path.Combine(directory, "concentrator.toml"), text);
        return SettingsLoader.Load(Path.Combine(directory, "concentrator.toml"), Path.Combine(directory, "state"), null, environment ?? []);
    }
}
