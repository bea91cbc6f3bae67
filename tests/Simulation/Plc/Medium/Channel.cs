namespace Simulation.Plc.Medium;

/// <summary>The one channel of a power line: who transmits next, for how long, and what becomes of it.</summary>
internal sealed class Channel
{
    private readonly PowerLinePlan _plan;
    private readonly LineTime _time;
    private readonly LineNoise _noise;
    private readonly BeaconFrame _beacons;
    private readonly Random _random;
    private readonly List<Transfer> _ready = [];
    private readonly long[] _ticks = new long[(int)AirKind.Idle + 1];
    private readonly long _began;
    private int _atCoordinator; // of those that are ready
    private long _delivered, _givenUp, _octets, _ppdus, _busySince = -1;

    internal Channel(PowerLinePlan plan, int seed, LineTime time, LineNoise noise, int switches)
    {
        (_plan, _time, _noise, _began) = (plan, time, noise, time.Ticks);
        _beacons = new BeaconFrame(plan, switches, _began);
        _random = Draw.Of(seed, plan.FirstNumber, 0, Draw.Mixed);
    }

    /// <summary>What it was used for until now, or until the transmission that is under way.</summary>
    internal MediumUse Use
    {
        get
        {
            var ticks = (long[])_ticks.Clone();
            var until = _busySince >= 0 ? _busySince : _time.Ticks;
            ticks[(int)AirKind.Beacon] = _beacons.Until(until);
            ticks[(int)AirKind.Idle] = until - _began - ticks.Sum();
            return new MediumUse(ticks) { Delivered = _delivered, GivenUp = _givenUp, Octets = _octets, Ppdus = _ppdus };
        }
    }

    internal void Send(Transfer transfer) => _time.Post(() =>
    {
        transfer.Ppdus = _plan.Phy.Cut(transfer.Octets);
        Ready(transfer);
    });

    private void Ready(Transfer transfer)
    {
        _ready.Add(transfer);
        _atCoordinator += transfer.IsAtCoordinator ? 1 : 0;
        Pump();
    }

    /// <summary>Lets somebody transmit where the channel is free: any of those that want to, with the same chance.</summary>
    private void Pump()
    {
        while (_busySince < 0 && _ready.Count > 0)
        {
            var transfer = Take(_random.Next(_ready.Count));
            if (transfer is { IsUp: true, Hop: 0, Node.IsPresent: false })
            {
                GiveUp(transfer); // who has no power says nothing
                continue;
            }

            var now = _time.Ticks;
            var other = Collides(transfer) is { } at ? Take(at) : null;
            var length = Math.Max(transfer.Ppdus[transfer.At], other?.Ppdus[other.At] ?? 0) + _plan.Phy.AcknowledgementTicks;
            var start = _beacons.Fit(now + _random.NextInt64(_plan.Phy.AccessLeast, _plan.Phy.AccessMost + 1), length);
            _busySince = now;
            _time.At(start + length, () => End(transfer, other, now, start, length));
        }
    }

    private Transfer Take(int at)
    {
        var transfer = _ready[at];
        _ready[at] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        _atCoordinator -= transfer.IsAtCoordinator ? 1 : 0;
        return transfer;
    }

    /// <summary>Who begins in the same instant, so that both are lost: the more want to, the likelier, though they spread over a wider window then. The coordinator never collides with itself.</summary>
    private int? Collides(Transfer transfer)
    {
        var others = _ready.Count - _atCoordinator + (_atCoordinator > 0 && !transfer.IsAtCoordinator ? 1 : 0);
        if (others == 0 || _plan.ContentionWindow == 0 || transfer.All is not null)
        {
            return null;
        }

        var window = Math.Clamp(2 * others, _plan.ContentionWindow, Math.Max(_plan.ContentionWindow, 256));
        if (_random.NextDouble() < Math.Pow(1 - (1.0 / window), others))
        {
            return null;
        }

        var from = _random.Next(_ready.Count);
        for (var i = 0; i < _ready.Count; i++)
        {
            var at = (from + i) % _ready.Count;
            if (_ready[at].All is null && !(_ready[at].IsAtCoordinator && transfer.IsAtCoordinator) && !(_ready[at] is { IsUp: true, Hop: 0, Node.IsPresent: false }))
            {
                return at;
            }
        }

        return null;
    }

    private void End(Transfer transfer, Transfer? other, long from, long start, long length)
    {
        _busySince = -1;
        _ppdus += other is null ? 1 : 2;
        _ticks[(int)AirKind.BackOff] += start - from - (_beacons.Until(start) - _beacons.Until(from));
        if (other is not null)
        {
            _ticks[(int)(transfer.Kind == AirKind.Control && other.Kind == AirKind.Control ? AirKind.Control : AirKind.Collision)] += length;
            Again(other);
            Again(transfer);
        }
        else if (transfer.All is not null)
        {
            Repeat(transfer, length);
        }
        else
        {
            Judge(transfer, length);
        }

        Pump();
    }

    /// <summary>A PPDU to everybody: each level of switches repeats it.</summary>
    private void Repeat(Transfer transfer, long length)
    {
        Count(transfer, AirKind.Useful, length);
        if (++transfer.Hop >= _plan.Levels.Count)
        {
            (transfer.Hop, transfer.At) = (0, transfer.At + 1);
        }

        if (transfer.At < transfer.Ppdus.Length)
        {
            Ready(transfer);
            return;
        }

        var now = _time.Now;
        _delivered++;
        _octets += transfer.Octets;
        transfer.Reached!([.. transfer.All!.Where(node => node.IsPresent && IsHeard(node, now, transfer.Ppdus.Length))]);
    }

    private bool IsHeard(PlcNode node, DateTime now, int ppdus)
    {
        for (var hop = node; hop is not null; hop = hop.Parent)
        {
            if (_random.NextDouble() >= Math.Pow(1 - _noise.LossOf(hop, now), ppdus))
            {
                return false;
            }
        }

        return true;
    }

    private void Judge(Transfer transfer, long length)
    {
        var hop = transfer.Lower;
        var arrives = hop.IsPresent && hop.Parent is not { IsPresent: false } && _random.NextDouble() >= _noise.LossOf(hop, _time.Now);
        if (!arrives)
        {
            Count(transfer, AirKind.Retransmission, length);
            Again(transfer);
            return;
        }

        var air = length - _plan.Phy.AcknowledgementTicks;
        if (transfer.HasArrived)
        {
            Count(transfer, AirKind.Duplicate, length);
        }
        else
        {
            Count(transfer, AirKind.Useful, air);
            Count(transfer, AirKind.Acknowledgement, length - air);
            transfer.UsefulOfPpdu += air;
            transfer.Acknowledged += length - air;
        }

        var isLastHop = transfer.Hop >= transfer.Node!.Level;
        if ((!_plan.Phy.IsPrime || isLastHop) && _plan.AcknowledgementLoss > 0 && _random.NextDouble() < _plan.AcknowledgementLoss)
        {
            transfer.HasArrived = true;
            Again(transfer);
            return;
        }

        Pass(transfer, isLastHop);
    }

    /// <summary>One hop further, or the next PPDU, or there.</summary>
    private void Pass(Transfer transfer, bool isLastHop)
    {
        transfer.HasArrived &= _plan.Phy.IsPrime && !isLastHop; // in PRIME the far end acknowledges, so that a repetition goes all the way
        if (!isLastHop)
        {
            transfer.Hop++;
            transfer.Tries = _plan.Phy.IsPrime ? transfer.Tries : 0; // G3: each hop has its own repetitions
            Ready(transfer);
            return;
        }

        (transfer.Useful, transfer.UsefulOfPpdu, transfer.Hop, transfer.Tries) = (transfer.Useful + transfer.UsefulOfPpdu, 0, 0, 0);
        if (++transfer.At < transfer.Ppdus.Length)
        {
            Ready(transfer);
            return;
        }

        if (transfer.Kind == AirKind.Useful)
        {
            _delivered++;
            _octets += transfer.Octets;
        }

        transfer.End(true);
    }

    /// <summary>Sent again after a while, PRIME from where it came from, G3 from the hop it is at; or given up.</summary>
    private void Again(Transfer transfer)
    {
        if (++transfer.Tries >= _plan.Tries)
        {
            if (transfer.HasArrived)
            {
                Pass(transfer, _plan.Phy.IsPrime || transfer.Hop >= transfer.Node!.Level);
            }
            else
            {
                GiveUp(transfer);
            }

            return;
        }

        if (_plan.Phy.IsPrime)
        {
            transfer.Hop = 0;
            if (!transfer.HasArrived)
            {
                Waste(transfer, AirKind.Retransmission, transfer.UsefulOfPpdu);
                transfer.UsefulOfPpdu = 0;
            }
        }

        var wait = _plan.Phy.IsPrime
            ? _random.NextInt64(800, 1200) * TimeSpan.TicksPerMillisecond
            : _random.NextInt64(_plan.Phy.AccessMost << Math.Min(5, transfer.Tries));
        _time.At(_time.Ticks + wait, () => Ready(transfer));
    }

    private void GiveUp(Transfer transfer)
    {
        Waste(transfer, AirKind.GivenUp, transfer.Useful + transfer.UsefulOfPpdu);
        if (transfer.Kind == AirKind.Useful)
        {
            _ticks[(int)AirKind.Acknowledgement] -= transfer.Acknowledged;
            _ticks[(int)AirKind.GivenUp] += transfer.Acknowledged;
            _givenUp++;
        }

        transfer.End(false);
    }

    /// <summary>What was useful is not any more.</summary>
    private void Waste(Transfer transfer, AirKind to, long ticks)
    {
        if (transfer.Kind == AirKind.Useful)
        {
            _ticks[(int)AirKind.Useful] -= ticks;
            _ticks[(int)to] += ticks;
        }
    }

    private void Count(Transfer transfer, AirKind kind, long ticks) => _ticks[(int)(transfer.Kind == AirKind.Control ? AirKind.Control : kind)] += ticks;
}
