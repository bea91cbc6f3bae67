using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 20: name, seasons, weeks and days that hold (2 to 5, not to be written), the same that wait (6 to 9), and when they take over (10).</summary>
public sealed class CalendarObject(DlmsMeter meter) : WritableObject(
    20, 0, new Obis(0, 0, 13, 0, 0, 255), [.. Tables("ACTIVE"), .. Tables("PASSIVE"), new DataWriter().Octets([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0xFF]).ToArray()])
{
    private const int Waiting = 4;

    public override int Methods => 1;

    /// <summary>When the waiting tables take over; the end of time where that is left open.</summary>
    public DateTime TakesOver => meter.Clock.Utc(this[10].AsSpan(2)) is { } at && this[10][2] != 0xFF ? at : DateTime.MaxValue;

    /// <summary>How often the waiting tables took over.</summary>
    public int Activations { get; private set; }

    /// <summary>They took over.</summary>
    public event Action? Activated;

    /// <summary>Something happens to what an attribute holds; 0 for nothing.</summary>
    public void Spoil(int attribute)
    {
        if (attribute > 0)
        {
            this[attribute] = [.. this[attribute][..^1], (byte)(this[attribute][^1] ^ 1)];
        }
    }

    /// <summary>The waiting tables hold from now on.</summary>
    public void Activate()
    {
        Activations++;
        for (var attribute = 2; attribute <= 5; attribute++)
        {
            this[attribute] = this[attribute + Waiting];
        }

        this[10] = new DataWriter().Octets([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0xFF]).ToArray();
        Activated?.Invoke();
    }

    public override byte Set(int attribute, ReadOnlyMemory<byte> value) =>
        attribute is >= 2 and <= 5 ? Denied : attribute == 10 && value.Length != 14 ? TypeUnmatched : base.Set(attribute, value);

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method != 1)
        {
            return new ActionResult(Denied, null);
        }

        Activate();
        return new ActionResult(Success, null);
    }

    /// <summary>One season, one week, one day with tariff 1 from 06:00 and 2 from 22:00, by the tariff script.</summary>
    private static byte[][] Tables(string name)
    {
        byte[] season = "S1"u8.ToArray(), week = "W1"u8.ToArray();
        var script = new Obis(0, 0, 10, 0, 100, 255);
        return
        [
            new DataWriter().Octets(System.Text.Encoding.ASCII.GetBytes(name)).ToArray(),
            new DataWriter().Array(1).Structure(3).Octets(season).Octets([0xFF, 0xFF, 1, 1, 0xFF, 0, 0, 0, 0, 0x80, 0, 0xFF]).Octets(week).ToArray(),
            new DataWriter().Array(1).Structure(8).Octets(week).UInt8(1).UInt8(1).UInt8(1).UInt8(1).UInt8(1).UInt8(1).UInt8(1).ToArray(),
            new DataWriter().Array(1).Structure(2).UInt8(1).Array(2).Structure(3).Octets([6, 0, 0, 0]).Name(script).UInt16(1).Structure(3).Octets([22, 0, 0, 0]).Name(script).UInt16(2).ToArray(),
        ];
    }
}
