using Metering.Keys;
using Simulation.Dlms;
using Simulation.Plc;
using Simulation.Plc.G3;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;
using Simulation.Plc.Prime;

namespace Substation.Street;

/// <summary>The modem of a street, which has its troubles, and may be replaced by another; the nodes of its network stay what they are.</summary>
internal sealed class StreetModem
{
    private readonly StreetPlan _plan;
    private readonly PowerLine _line;
    private readonly PrimeNetwork? _prime;
    private readonly G3Network? _g3;
    private readonly List<DamagedModem> _damaged = [];
    private ModemPipe _pipe = null!;
    private IPlcModem _modem = null!;
    private byte _number;

    internal StreetModem(StreetPlan plan, PowerLine line, Func<PlcNode, DlmsMeter?> meters)
    {
        (_plan, _line) = (plan, line);
        if (plan.Network == "g3")
        {
            _g3 = new G3Network(line, new G3Plan(plan.Seed) { Routes = plan.Routes > 0 ? plan.Routes : plan.Line.Nodes + 50 }, meters);
        }
        else
        {
            _prime = new PrimeNetwork(line, plan.Prime with { Seed = plan.Seed }, meters);
        }

        PlugAnother();
    }

    /// <summary>Frames that arrived damaged.</summary>
    internal int Spoiled => _damaged.Sum(line => line.Spoiled);

    /// <summary>The keys of the nodes: pre-shared (G3), or device unique (PRIME under a security profile).</summary>
    internal IEnumerable<(KeyName Name, byte[] Key)> LinkKeys =>
        _g3?.Nodes.Select(node => (new KeyName(node.Place.Eui, KeyPurpose.Psk), node.Psk)) ?? _prime!.Nodes.Where(node => node.Profile > 0).Select(node => (new KeyName(node.Place.Eui, KeyPurpose.Duk), node.UniqueKey));

    /// <summary>The port as it is now.</summary>
    internal ModemPipe Pipe => _pipe;

    /// <summary>It starts by itself.</summary>
    internal void Reboot()
    {
        _modem.PowerOff();
        _modem.PowerOn();
    }

    /// <summary>It says nothing any more until it is started.</summary>
    internal void Hang()
    {
        if (_modem is PrimeModem prime)
        {
            prime.Stop();
        }
        else
        {
            ((G3Coordinator)_modem).Hangs = true;
        }
    }

    /// <summary>It is taken away, and another stands in its place: another address, another frame counter.</summary>
    internal void Swap(TimeSpan after)
    {
        _pipe.Plug(false);
        _line.Time.After(after, PlugAnother);
    }

    private void PlugAnother()
    {
        _number++;
        _modem = _g3 is not null ? new G3Coordinator(_g3, new G3Memory([0x00, 0x12, 0x4B, 0, 0, 0, 0, _number]))
            : new PrimeModem(_prime!, _prime!.Plan with { Sna = $"404022AABB{0xCB + _number:X2}" });
        if (_plan.Damage == LineDamage.None)
        {
            _pipe = new ModemPipe(_modem, _line.Time);
            return;
        }

        var damaged = new DamagedModem(_modem, _plan.Damage, _plan.Damage with { Seed = _plan.Damage.Seed + _number });
        _pipe = new ModemPipe(damaged, _line.Time);
        _damaged.Add(damaged);
    }
}
