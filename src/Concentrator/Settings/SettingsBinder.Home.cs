using System.Net;
using Metering;

namespace Concentrator.Settings;

/// <summary>The consumers' side: who sees which meters, and by what they prove themselves.</summary>
internal sealed partial class SettingsBinder
{
    private const int ShortestToken = 24;
    private static readonly TimeSpan ShortestRefresh = TimeSpan.FromSeconds(5), LongestRefresh = TimeSpan.FromHours(1);

    private HomeSettings? Home(TomlNode.Table table)
    {
        if (table.Items.Count == 0)
        {
            return null;
        }

        var listen = Address(table, "", "0.0.0.0:8443");
        var (certificate, key) = (File(table, "certificate", secret: false), File(table, "key", secret: true));
        if (certificate is null != key is null || (certificate is null && listen is not null && !IPAddress.IsLoopback(listen.Address)))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "listen"), "[home] shows who is at home: on another address than 127.0.0.1 it wants certificate and key"));
        }

        var consumers = Tables(table, "consumer").Select(Consumer).ToList();
        foreach (var twice in consumers.GroupBy(one => one.Name).Where(group => group.Count() > 1))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "consumer"), $"two consumers are called \"{twice.Key}\": give each its own name"));
        }

        if (listen is null && consumers.Find(one => one.TokenFile is not null) is { } lost)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "consumer"), $"consumer {lost.Name} has a token, and nothing listens: set listen in [home]"));
        }

        return new HomeSettings(listen, certificate, key, consumers);
    }

    private HomeConsumerSettings Consumer(TomlNode.Table table)
    {
        var meters = Texts(table, "meters", []);
        foreach (var wrong in meters.Where(text => !MeterId.TryParse(text, out _)))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "meters"), $"meters: \"{wrong}\" is no meter id"));
        }

        var refresh = Duration(table, "refresh", "10s");
        if (refresh < ShortestRefresh || refresh > LongestRefresh)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "refresh"), $"refresh = \"{Text(table, "refresh", "10s")}\" is not in 5s..1h"));
        }

        var (token, display) = (File(table, "token", secret: true), table.Items.ContainsKey("display") ? Text(table, "display", "") : null);
        if (token is not null && System.IO.File.Exists(token) && System.IO.File.ReadAllText(token).Trim().Length < ShortestToken)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "token"), $"token = \"{token}\": it holds fewer than {ShortestToken} characters; make one with: openssl rand -hex 24"));
        }

        if (display is not null && !Path.IsPathRooted(display))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "display"), $"display = \"{display}\" wants a device path (/dev/ttyUSB3)"));
        }

        if (meters.Count == 0 || (token is null && display is null))
        {
            faults.Add(new SettingsFault(table.Place, "a consumer has meters, and a token or a display"));
        }

        return new HomeConsumerSettings(Needed(table, "name"), [.. meters.Select(text => MeterId.TryParse(text, out var id) ? id : default)], token, refresh, display);
    }
}
