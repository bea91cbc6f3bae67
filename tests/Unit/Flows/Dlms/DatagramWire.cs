using System.Threading.Channels;
using Drivers.Ports;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Apdu;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>A network between a driver and a simulated meter that loses, doubles and delays datagrams, on fake time and from a seed.</summary>
internal sealed class DatagramWire(DlmsMeter meter, FakeTimeProvider clock, int seed = 1) : IDatagramLink
{
    private readonly Channel<ReadOnlyMemory<byte>> _toDriver = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly Random _random = new(seed);
    private readonly List<ITimer> _underWay = [];
    private readonly Lock _one = new();
    private long _departed, _lastArrived;

    /// <summary>Share of datagrams that get lost, either way.</summary>
    internal double Loss { get; init; }

    /// <summary>Share of datagrams that come twice.</summary>
    internal double Doubling { get; init; }

    /// <summary>One in five takes up to so long, the others a hundredth of it.</summary>
    internal TimeSpan LongestDelay { get; init; }

    /// <summary>Takes a question out of the driver's hands: its answers instead, or null to let it pass.</summary>
    internal Func<byte[], IEnumerable<byte[]>?> Instead { get; set; } = _ => null;

    /// <summary>What the driver sent, as it sent it.</summary>
    internal List<byte[]> Sent { get; } = [];

    internal int Lost { get; private set; }

    internal int Doubled { get; private set; }

    internal int Overtaken { get; private set; }

    public ChannelReader<ReadOnlyMemory<byte>> Input => _toDriver.Reader;

    /// <summary>Invocation counters of what the management client sent, in the order of sending.</summary>
    internal IEnumerable<uint> Counters => Sent.Where(datagram => datagram[3] == 1).Select(datagram => CounterOf(datagram.AsMemory(8))).OfType<uint>();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        lock (_one)
        {
            var datagram = octets.ToArray();
            Sent.Add(datagram);
            if (Instead(datagram) is { } answers)
            {
                answers.ToList().ForEach(answer => _toDriver.Writer.TryWrite(answer));
            }
            else
            {
                Travel(datagram, AtMeter);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Something that somebody else sends to the driver.</summary>
    internal void Forge(byte[] datagram) => _toDriver.Writer.TryWrite(datagram);

    public ValueTask DisposeAsync()
    {
        lock (_one)
        {
            _underWay.ForEach(timer => timer.Dispose());
            _toDriver.Writer.TryComplete();
        }

        return ValueTask.CompletedTask;
    }

    internal static uint? CounterOf(ReadOnlyMemory<byte> apdu) => Pdu.Read(apdu, out _) switch
    {
        AssociationMessage { Initiate: { } initiate } => CounterOf(initiate),
        Ciphered ciphered => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(ciphered.Content.Span[1..]),
        _ => null,
    };

    private void AtMeter(byte[] datagram)
    {
        foreach (var answer in MeterDatagrams.Answers(meter, datagram))
        {
            Travel(answer, arrived => _toDriver.Writer.TryWrite(arrived));
        }
    }

    private void Travel(byte[] datagram, Action<byte[]> arrive)
    {
        var copies = _random.NextDouble() < Loss ? 0 : _random.NextDouble() < Doubling ? 2 : 1;
        Lost += copies == 0 ? 1 : 0;
        Doubled += copies == 2 ? 1 : 0;
        for (; copies > 0; copies--)
        {
            var number = ++_departed;
            var delay = LongestDelay * _random.NextDouble() / (_random.Next(5) == 0 ? 1 : 100);
            if (delay == TimeSpan.Zero)
            {
                arrive(datagram);
                continue;
            }

            _underWay.Add(clock.CreateTimer(_ => Arrive(number, datagram, arrive), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    private void Arrive(long number, byte[] datagram, Action<byte[]> arrive)
    {
        lock (_one)
        {
            Overtaken += number < _lastArrived ? 1 : 0;
            _lastArrived = Math.Max(_lastArrived, number);
            arrive(datagram);
        }
    }
}
