using Concentrator.Orders;
using Metering.Orders;
using Simulation.Plc.Medium;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>Orders through a day, one every ten minutes, to a meter that is there when it is given: reads, breakers read, clocks looked at, rows of the day before. Each is to be done before the day is over.</summary>
internal sealed class OrderedDay : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10), Last = TimeSpan.FromHours(22);
    private readonly PlcStreet _street;
    private readonly BoxLives _lives;
    private readonly StreetOrders _orders;
    private readonly DateTime _midnight;
    private readonly Random _random;
    private readonly List<OrderEntry> _given = [];
    private readonly (string Verb, string Arguments)[] _kinds;
    private DateTime _next;

    internal OrderedDay(PlcStreet street, BoxLives lives, TimeProvider clock, DateTime midnight, int seed)
    {
        (_street, _lives, _midnight, _random, _next) = (street, lives, midnight, new Random(seed), midnight + Every);
        _orders = new StreetOrders(lives.Box, clock);
        _orders.Start();
        _kinds =
        [
            ("read", "{\"what\":\"1-0:1.8.0*255\"}"), ("breaker", "{}"), ("clock", "{}"),
            ("read", $"{{\"what\":\"load-profile\",\"from\":\"{midnight.AddHours(-12):yyyy-MM-dd'T'HH:mm:ss'Z'}\",\"to\":\"{midnight:yyyy-MM-dd'T'HH:mm:ss'Z'}\"}}"),
        ];
    }

    internal int Given => _given.Count;

    /// <summary>Those that were done on the day they were given.</summary>
    internal int Done => _given.Count(IsDone);

    /// <summary>What is said of the others.</summary>
    internal IReadOnlyList<string> Missed => [.. _given.Where(order => !IsDone(order)).Select(order => $"{order.Verb.Name} {order.Meters.First().Key} {order.Opened.At:HH:mm}: {order.State}, {order.Meters.First().Value.Sentence}")];

    private bool IsDone(OrderEntry order) => order.State == OrderState.Done && order.ChangedAt < _midnight.AddDays(1);

    /// <summary>Lets the box live until a time, and gives what is to be given until then.</summary>
    internal async Task UntilAsync(DateTime until)
    {
        for (; _next <= until && _next < _midnight + Last; _next += Every)
        {
            await _lives.UntilAsync(_next).ConfigureAwait(false);
            PlcNode[] there = [.. _street.Meters.Keys.Where(node => node.IsPresent).OrderBy(node => node.Number)];
            if (there.Length > 0)
            {
                var (verb, arguments) = _kinds[_given.Count % _kinds.Length];
                _given.Add(await _orders.GiveAsync(verb, [_street.Expected[there[_random.Next(there.Length)]]], arguments, _midnight.AddDays(1)).ConfigureAwait(false));
            }
        }

        await _lives.UntilAsync(until).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _orders.DisposeAsync();
}
