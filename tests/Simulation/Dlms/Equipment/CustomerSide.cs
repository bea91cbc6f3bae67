using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>What faces the customer: a display for messages, prepayment, and three load switches (one told directly, one by scripts, one by the arbitrator).</summary>
public sealed class CustomerSide : IMeterEquipment
{
    private static readonly Obis Scripts = new(0, 0, 10, 0, 103, 255), PumpScripts = new(0, 1, 10, 0, 103, 255);

    /// <summary>The display.</summary>
    public WritableObject Display { get; private set; } = null!;

    /// <summary>Takes tokens.</summary>
    public TokenGatewayObject Tokens { get; private set; } = null!;

    /// <summary>The switches: 1 directly, 2 by scripts 1 (on) and 2 (off), 3 by the arbitrator's actions 0 (on) and 1 (off).</summary>
    public IReadOnlyList<DisconnectObject> Switches { get; private set; } = [];

    /// <summary>Weighs what actors ask of switch 3: 0 is a protection with the greatest weight, 3 the head-end.</summary>
    public ArbitratorObject Arbitrator { get; private set; } = null!;

    public DateTime Due => Switches.Select(one => one.Due).Append(Tokens.Due).Min();

    public void Fit(DlmsMeter meter)
    {
        meter.Device.Add(Display = new WritableObject(1, 0, new Obis(0, 0, 96, 13, 0, 255), [0x09, 0x00]));
        meter.Device.Add(Tokens = new TokenGatewayObject(meter, meter.Keys.Kek));
        meter.Device.Add(new CreditObject(() => Tokens.Credit));
        Switches = [.. Enumerable.Range(1, 3).Select(number => new DisconnectObject(meter, 4, new Obis(0, (byte)number, 96, 3, 10, 255), meter.Plan.BreakerTakes))];
        foreach (var one in Switches)
        {
            meter.Device.Add(one);
        }

        meter.Device.Add(new ScriptTableObject(meter, Scripts, new ScriptAction(1, 70, Switches[1].Name, 2), new ScriptAction(2, 70, Switches[1].Name, 1)));
        var pump = new ScriptTableObject(meter, PumpScripts, new ScriptAction(1, 70, Switches[2].Name, 2), new ScriptAction(2, 70, Switches[2].Name, 1));
        meter.Device.Add(pump);
        meter.Device.Add(Arbitrator = new ArbitratorObject(new Obis(0, 0, 96, 3, 20, 255), pump, [1, 2], [100, 0, 0, 10]));
    }

    public void Run(DateTime at)
    {
        foreach (var one in Switches.Where(one => one.Due <= at))
        {
            one.Arrive();
        }

        if (Tokens.Due <= at)
        {
            Tokens.Finish();
        }
    }
}
