using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Alarm register, filter and descriptor: an event sets a bit in all that the filter lets through; writing clears.</summary>
public sealed class Alarms : IMeterEquipment
{
    /// <summary>Bits of the IDIS alarm register by event; taken from common knowledge of that companion, not checked against its text.</summary>
    private static readonly (EventLog Log, byte Code, int Bit)[] Bits =
    [
        (EventLog.Standard, 6, 0), (EventLog.Standard, 7, 1), (EventLog.Standard, 12, 8), (EventLog.Standard, 13, 9), (EventLog.Standard, 14, 10), (EventLog.Standard, 16, 11), (EventLog.Standard, 15, 12),
        (EventLog.Fraud, 40, 13), (EventLog.Fraud, 42, 13), (EventLog.Fraud, 44, 13), (EventLog.Fraud, 46, 13), (EventLog.Disconnector, 62, 24), (EventLog.Disconnector, 63, 24), (EventLog.Disconnector, 64, 24),
    ];

    private DlmsMeter _meter = null!;

    /// <summary>A bit came up that was not set: what a push on alarm waits for.</summary>
    public event Action<uint>? Raised;

    public void Fit(DlmsMeter meter)
    {
        _meter = meter;
        meter.Device.Add(new WritableObject(1, 0, NameOf(0), Number(0)));
        meter.Device.Add(new WritableObject(1, 0, NameOf(10), Number(uint.MaxValue)));
        meter.Device.Add(new WritableObject(1, 0, NameOf(20), Number(0)));
        meter.Happened += Take;
    }

    /// <summary>What the descriptor holds.</summary>
    public uint Descriptor => Read(20);

    private void Take(EventLog log, byte code)
    {
        foreach (var (_, _, bit) in Bits.Where(one => one.Log == log && one.Code == code))
        {
            var mask = 1u << bit & Read(10);
            var isNew = (Read(20) & mask) != mask;
            _meter.Device.Find(1, NameOf(0))!.Set(2, Number(Read(0) | mask));
            _meter.Device.Find(1, NameOf(20))!.Set(2, Number(Read(20) | mask));
            if (isNew)
            {
                Raised?.Invoke(mask);
            }
        }
    }

    private uint Read(byte number) => BinaryPrimitives.ReadUInt32BigEndian(_meter.Device.Find(1, NameOf(number))!.Get(2, null).Data.Span[1..]);

    private static byte[] Number(uint value) => new DataWriter().UInt32(value).ToArray();

    private static Obis NameOf(byte number) => new(0, 0, 97, 98, number, 255);
}
