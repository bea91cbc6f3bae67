using Metering;

namespace Protocols.Dlms.Model;

/// <summary>How a load switch is operated.</summary>
public enum LoadSwitchWay : byte
{
    /// <summary>A disconnect control of its own.</summary>
    Control,
    /// <summary>A script for on and one for off.</summary>
    Script,
    /// <summary>An actor's request to the arbitrator, which weighs it against others'.</summary>
    Arbitrator,
}

/// <summary>
/// A load switch of a kind of meter:
/// <code>
/// control OBIS                                 a disconnect control (class 70)
/// script OBIS ON OFF OBIS                      script table (class 9), its scripts for on and off, and the disconnect control that shows what came of it
/// arbitrator OBIS ACTOR ON OFF OBIS            arbitrator (class 68), our actor's number, the actions for on and off counted from 0, and the same
/// </code>
/// A switch without an object that shows its state is none: what was ordered could not be proved.
/// </summary>
/// <param name="Name">The object that is told.</param>
/// <param name="Actor">Who asks the arbitrator.</param>
/// <param name="On">Script or action for on.</param>
/// <param name="Off">Script or action for off.</param>
/// <param name="Shown">The disconnect control that shows its state.</param>
public sealed record LoadSwitch(LoadSwitchWay Way, Obis Name, byte Actor, ushort On, ushort Off, Obis Shown)
{
    private const int MostActions = 32;

    internal static LoadSwitch? Parse(string[] words)
    {
        var found = words switch
        {
            ["control", var name] => new LoadSwitch(LoadSwitchWay.Control, ControlDefinitions.Name(name), 0, 0, 0, ControlDefinitions.Name(name)),
            ["script", var name, var on, var off, var shown] => Of(LoadSwitchWay.Script, name, "0", on, off, shown, ushort.MaxValue),
            ["arbitrator", var name, var actor, var on, var off, var shown] => Of(LoadSwitchWay.Arbitrator, name, actor, on, off, shown, MostActions - 1),
            _ => null,
        };
        return found is { Name.IsNone: false, Shown.IsNone: false } ? found : null;
    }

    private static LoadSwitch? Of(LoadSwitchWay way, string name, string actor, string on, string off, string shown, int most)
    {
        var (who, first, second) = (ControlDefinitions.Number(actor, 0, byte.MaxValue), ControlDefinitions.Number(on, 0, most), ControlDefinitions.Number(off, 0, most));
        return who < 0 || first < 0 || second < 0 || first == second ? null : new LoadSwitch(way, ControlDefinitions.Name(name), (byte)who, (ushort)first, (ushort)second, ControlDefinitions.Name(shown));
    }
}
