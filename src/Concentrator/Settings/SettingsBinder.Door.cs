using System.Net;

namespace Concentrator.Settings;

/// <summary>A door for head-ends that speak DLMS: where it is, who may come, and how they prove themselves. Without these two it is not opened.</summary>
internal sealed partial class SettingsBinder
{
    private const string DoorScheme = "dlms";
    private const int DoorPort = 4059, MostConnections = 1024;
    private static readonly string[] OfDoors = ["allow", "connections", "perClient", "idle", "passThrough", "association"], OfBrokers = ["acknowledge", "user", "password", "topic"];

    /// <summary>Null for a head-end that the box goes to.</summary>
    private DoorSettings? Door(string name, TomlNode.Table table, Uri? url)
    {
        if (url is null)
        {
            return null; // what is wrong with it was said
        }

        var isDoor = url.Scheme == DoorScheme;
        foreach (var strange in (isDoor ? OfBrokers : OfDoors).Where(table.Items.ContainsKey))
        {
            faults.Add(new SettingsFault(PlaceOf(table, strange), $"{strange} serves nothing in [upstream.{name}]: it is for {(isDoor ? "mqtts://" : "dlms://")}"));
        }

        if (!isDoor)
        {
            return null;
        }

        if (!IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "url"), $"url = \"{Text(table, "url", "")}\" wants an address of this box, such as dlms://0.0.0.0:{DoorPort}: head-ends come to it"));
        }

        var association = Table(table, "association");
        var mechanism = Text(association, "mechanism", "none");
        if (mechanism == "none")
        {
            faults.Add(new SettingsFault(
                PlaceOf(table, "association"),
                $"[upstream.{name}] is a door without a lock: set association = {{ mechanism = \"hls-gmac\", suite = 0 }}, and in the keys file the line of this box for client 1"));
        }

        var passThrough = MeterNames(table, "passThrough");
        if (mechanism == "lls" && passThrough.Count > 0)
        {
            faults.Add(new SettingsFault(PlaceOf(table, "passThrough"), "passThrough wants mechanism = \"hls-gmac\": a password that is sent proves nobody"));
        }

        var most = Number(table, "connections", 16, 1, MostConnections);
        return new DoorSettings(
            new IPEndPoint(address ?? IPAddress.None, url.Port > 0 ? url.Port : DoorPort), Allow(name, table), most, Math.Min(most, Number(table, "perClient", 4, 1, MostConnections)),
            Duration(table, "idle", "3m"), passThrough, mechanism, Number(association, "suite", 0, 0, 2));
    }

    private List<IPNetwork> Allow(string name, TomlNode.Table table)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in Texts(table, "allow", []))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var one))
            {
                networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            }
            else
            {
                faults.Add(new SettingsFault(PlaceOf(table, "allow"), $"allow: \"{text}\" wants a network such as 192.0.2.0/24, or an address"));
            }
        }

        if (!table.Items.ContainsKey("allow") || (networks.Count == 0 && Texts(table, "allow", []).Count == 0))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "allow"), $"[upstream.{name}] says nobody who may come: set allow = [\"192.0.2.0/24\"], the networks of the head-end"));
        }

        return networks;
    }
}
