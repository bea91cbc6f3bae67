using Simulation.Encoding;
using Simulation.Scenarios;

namespace Simulation.Meters;

/// <summary>One telegram and what it says.</summary>
public sealed record Transmission(SimulatedMeter Meter, byte[] Telegram, IReadOnlyList<SentValue> Values, byte Status);

/// <summary>A meter of one medium: registers that move with time, and the telegrams it sends of them.</summary>
public sealed class SimulatedMeter
{
    private readonly MeterPlan _plan;
    private readonly Random _random;
    private readonly double _load;
    private byte _access;
    private uint _counter;
    private double _register;
    private double _second;
    private DateTime _last;

    /// <summary>The n-th meter of a field.</summary>
    public SimulatedMeter(MeterPlan plan, int seed, int index, DateTime start)
    {
        _plan = plan;
        _random = new Random(unchecked((seed * 1_000_003) + index));
        var kind = plan.Kind;
        Medium = kind.Medium;
        Address = new MeterAddress(kind.Maker, (uint)(10_000_000 + ((seed & 0xFF) * 100_000) + index), kind.Version, kind.Type);
        Security = plan.Security;
        Key = new byte[16];
        _random.NextBytes(Key);
        _access = (byte)_random.Next(256);
        _counter = (uint)_random.Next(1, 100_000);
        _register = _random.Next(1_000, 900_000);
        _second = _random.Next(0, 90_000);
        _load = 0.2 + _random.NextDouble();
        _last = start;
    }

    /// <summary>What it measures.</summary>
    public string Medium { get; }

    /// <summary>Who it is.</summary>
    public MeterAddress Address { get; }

    /// <summary>How it secures.</summary>
    public MeterSecurity Security { get; }

    /// <summary>Its key.</summary>
    public byte[] Key { get; }

    /// <summary>Time to the next telegram: a nominal interval follows the access number (OMS volume 2), others are jittered.</summary>
    public TimeSpan Wait(Random jitter) => _plan.Synchronous
        ? _plan.Every * (1 + ((Math.Abs(_access - 128) - 64) / 2048.0))
        : _plan.Every + TimeSpan.FromMilliseconds(jitter.Next(-400, 400));

    /// <summary>When the first goes out.</summary>
    public TimeSpan First => TimeSpan.FromMilliseconds(new Random(Key[0] | (Key[1] << 8)).Next(200, Math.Max(201, (int)_plan.First.TotalMilliseconds)));

    /// <summary>The next telegram at an instant of the meter's clock.</summary>
    public Transmission Send(DateTime now, PlantedBug bug = PlantedBug.None)
    {
        Advance(now);
        var status = _random.Next(500) == 0 ? (byte)0x04 : (byte)0x00;
        var records = new RecordBuilder(bug);
        Fill(records, now);
        _access++;
        _counter++;
        var telegram = Security switch
        {
            MeterSecurity.Mode5 => Telegrams.Mode5(Address, _access, status, records.Octets, Key, bug),
            MeterSecurity.Mode7 => Telegrams.Mode7(Address, _access, status, _counter, records.Octets, Key, bug),
            MeterSecurity.ExtendedLink => Telegrams.ExtendedLink(Address, _access, _counter << 4, records.Octets, Key, bug),
            _ => Telegrams.Clear(Address, _access, status, records.Octets),
        };
        return new Transmission(this, telegram, records.Sent, Security == MeterSecurity.ExtendedLink ? (byte)0 : status);
    }

    private void Advance(DateTime now)
    {
        var hours = Math.Max(0, (now - _last).TotalHours);
        _last = now;
        _register += hours * _load * 1000;
        _second += hours * _load * 200;
    }

    private void Fill(RecordBuilder to, DateTime now)
    {
        switch (Medium)
        {
            case "electricity":
                to.DateTime("046D", now).Bcd("0C03", 4, (long)_register, 0, "Wh", "1-0:1.8.0*255").Bcd("0C833C", 4, (long)_second, 0, "Wh", "1-0:2.8.0*255")
                    .Integer("042B", 4, (long)(_load * 1000), 0, "W", "1-0:1.7.0*255").Integer("02FDC8FC01", 2, 2300 + _random.Next(-60, 60), -1, "V", "1-0:32.7.0*255")
                    .Integer("8410FB8273", 4, (long)(_second / 2), 0, "varh", "1-0:3.8.1*255");
                break;
            case "gas":
                to.Bcd("0C14", 4, (long)(_register / 10), -2, "m3", "7-0:3.0.0*255").DateTime("046D", now).Bcd("4C14", 4, (long)(_register / 20), -2, "m3", null)
                    .Date("426C", new DateTime(now.Year, 1, 1));
                break;
            case "water":
                to.Bcd("0C13", 4, (long)_register, -3, "m3", "8-0:1.0.0*255").Integer("023B", 2, (long)(_load * 900), -3, "m3/h", "8-0:2.0.0*255")
                    .Integer("0265", 2, 1500 + _random.Next(-200, 200), -2, "Cel", null);
                break;
            default:
                to.Bcd("0C06", 4, (long)(_register / 100), 3, "Wh", "6-0:1.0.0*255").Bcd("0C14", 4, (long)(_second / 10), -2, "m3", "6-0:2.0.0*255")
                    .Integer("042D", 4, (long)(_load * 40), 2, "W", "6-0:8.0.0*255").Integer("0259", 2, 6500 + _random.Next(-900, 900), -2, "Cel", "6-0:10.0.0*255")
                    .Integer("025D", 2, 3500 + _random.Next(-900, 900), -2, "Cel", "6-0:11.0.0*255").DateTime("046D", now);
                break;
        }
    }
}
