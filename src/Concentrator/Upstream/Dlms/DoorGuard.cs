using System.Net;
using Concentrator.Ports;

namespace Concentrator.Upstream.Dlms;

/// <summary>Who is let in: networks, how many at a time and of each address, and nobody for a while who failed to prove himself too often. Asked before anything is read or taken from memory.</summary>
internal sealed class DoorGuard(DoorOptions options, DoorBook book, DoorCounters counters, TimeProvider clock)
{
    private const int MostFailures = 5, MostRemembered = 4096;
    private static readonly TimeSpan BarredFor = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _inside = [];
    private readonly Dictionary<IPAddress, (int Failures, long Last)> _failed = [];

    /// <summary>Connections that are open.</summary>
    internal int Inside { get; private set; }

    /// <summary>Lets somebody in; false where he may not. Whoever was let in leaves by <see cref="Leave"/>.</summary>
    internal bool LetsIn(IPAddress from)
    {
        if (RefusalOf(from) is not { } refusal)
        {
            DoorCounters.Count(ref counters.Connections);
            return true;
        }

        DoorCounters.Count(ref counters.RefusedConnections);
        book.Tell(DoorEventKind.ConnectionRefused, from.ToString(), refusal);
        return false;
    }

    internal void Leave(IPAddress from)
    {
        lock (_lock)
        {
            Inside--;
            if ((_inside[from] = _inside.GetValueOrDefault(from) - 1) <= 0)
            {
                _inside.Remove(from);
            }
        }
    }

    /// <summary>Somebody did not prove himself.</summary>
    internal void Failed(IPAddress from)
    {
        bool isBarred;
        lock (_lock)
        {
            if (_failed.Count >= MostRemembered)
            {
                _failed.Clear();
            }

            var before = _failed.GetValueOrDefault(from);
            var failures = clock.GetElapsedTime(before.Last) < BarredFor ? before.Failures + 1 : 1;
            _failed[from] = (failures, clock.GetTimestamp());
            isBarred = failures == MostFailures;
        }

        if (isBarred)
        {
            book.Tell(DoorEventKind.AddressBarred, from.ToString(), $"{MostFailures} associations failed within a minute: the address is not let in for {BarredFor.TotalSeconds:F0} s");
        }
    }

    /// <summary>Somebody proved himself.</summary>
    internal void Served(IPAddress from)
    {
        lock (_lock)
        {
            _failed.Remove(from);
        }
    }

    private string? RefusalOf(IPAddress from)
    {
        if (!options.Allow.Any(network => network.Contains(from)))
        {
            return "it is in no network of allow";
        }

        lock (_lock)
        {
            if (_failed.TryGetValue(from, out var failed) && failed.Failures >= MostFailures && clock.GetElapsedTime(failed.Last) < BarredFor)
            {
                return $"{failed.Failures} associations failed a moment ago";
            }

            if (Inside >= options.Connections)
            {
                return $"there are {Inside} connections already (connections)";
            }

            if (_inside.GetValueOrDefault(from) >= options.PerClient)
            {
                return $"it has {options.PerClient} connections already (perClient)";
            }

            Inside++;
            _inside[from] = _inside.GetValueOrDefault(from) + 1;
            return null;
        }
    }
}
