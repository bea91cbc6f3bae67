using System.Globalization;
using System.Security.Cryptography;
using Concentrator.Ports;
using Metering;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>
/// Rights and leases of pass-through, as the configuration of the door grants them: a meter is held by one connection, for ten minutes at most, and let go when it is not spoken with for a
/// minute and somebody else wants it. Several that want it have it in the order in which they asked first. Each lease is told when it ends, with a hash over all that went through.
/// </summary>
internal sealed class PassThroughLeases(MeterSelection rights, DoorBook book, TimeProvider clock) : IPassThrough
{
    private const int MostAtOnce = 32, MostAnHour = 7200;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10), IdleAfter = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<MeterId, Lease> _leases = [];
    private readonly Dictionary<MeterId, LeaseLine> _lines = [];
    private long _hourBegan = clock.GetTimestamp();
    private int _begun;

    public PassThroughRefusal Hold(PassThroughRequest request)
    {
        List<(Lease, string)> ended = [];
        var refusal = Hold(request, ended, out var began);
        foreach (var (lease, why) in ended)
        {
            Tell(lease, why);
        }

        if (began)
        {
            book.Tell(DoorEventKind.PassThroughBegan, request.Who, "is passed through", request.Meter.Text);
        }

        return refusal;
    }

    public void Note(PassThroughRequest request, ReadOnlySpan<byte> apdu)
    {
        lock (_lock)
        {
            if (_leases.TryGetValue(request.Meter, out var lease) && lease.Request.Session == request.Session)
            {
                lease.Note(apdu);
            }
        }
    }

    public void LetGo(PassThroughRequest request, string why)
    {
        Lease? lease;
        lock (_lock)
        {
            if (!_leases.TryGetValue(request.Meter, out lease) || lease.Request.Session != request.Session)
            {
                return;
            }

            _leases.Remove(request.Meter);
        }

        Tell(lease, why);
    }

    private PassThroughRefusal Hold(PassThroughRequest request, List<(Lease, string)> ended, out bool began)
    {
        began = false;
        if (!rights.Contains(request.Meter))
        {
            return PassThroughRefusal.NoRight;
        }

        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (_leases.TryGetValue(request.Meter, out var lease))
            {
                var isOld = clock.GetElapsedTime(lease.Began, now) >= Longest;
                if (lease.Request.Session == request.Session && !isOld)
                {
                    lease.Used = now;
                    return PassThroughRefusal.None;
                }

                if (lease.Request.Session != request.Session && !isOld && clock.GetElapsedTime(lease.Used, now) < IdleAfter)
                {
                    return Waits(request);
                }

                _leases.Remove(request.Meter);
                ended.Add((lease, isOld ? "ten minutes are over" : "somebody else wants the meter, and it was not spoken with for a minute"));
            }

            if (_lines.TryGetValue(request.Meter, out var line) && !line.IsNext(request.Session))
            {
                return Waits(request); // also who had it until now, and would go on for ever
            }

            if (!HasRoom(request, now, ended))
            {
                return PassThroughRefusal.TooMany;
            }

            line?.Leave(request.Session);
            if (line is { IsEmpty: true })
            {
                _lines.Remove(request.Meter);
            }

            _begun++;
            began = true;
            _leases[request.Meter] = new Lease(request, now) { Used = now };
            return PassThroughRefusal.None;
        }
    }

    private PassThroughRefusal Waits(PassThroughRequest request)
    {
        if (!_lines.TryGetValue(request.Meter, out var line))
        {
            line = _lines[request.Meter] = new LeaseLine(clock);
        }

        line.IsNext(request.Session); // who has given up makes room
        line.Wait(request.Session);
        return PassThroughRefusal.HeldByOther;
    }

    /// <summary>Of the meters that one connection holds the one that was spoken with least of late makes room, if that was a minute ago.</summary>
    private bool HasRoom(PassThroughRequest request, long now, List<(Lease, string)> ended)
    {
        if (clock.GetElapsedTime(_hourBegan, now) >= Hour)
        {
            (_hourBegan, _begun) = (now, 0);
        }

        var held = _leases.Values.Where(lease => lease.Request.Session == request.Session).ToList();
        if (held.Count >= MostAtOnce && held.MinBy(lease => lease.Used) is { } oldest && clock.GetElapsedTime(oldest.Used, now) >= IdleAfter)
        {
            _leases.Remove(oldest.Request.Meter);
            ended.Add((oldest, "it was not spoken with for a minute"));
            held.Remove(oldest);
        }

        return held.Count < MostAtOnce && _begun < MostAnHour;
    }

    private void Tell(Lease lease, string why) => book.Tell(
        DoorEventKind.PassThroughEnded, lease.Request.Who,
        string.Create(CultureInfo.InvariantCulture, $"{why}; {lease.Count} APDUs, chain {Convert.ToHexStringLower(lease.Chain)}"), lease.Request.Meter.Text);

    private sealed class Lease(PassThroughRequest request, long began)
    {
        internal PassThroughRequest Request => request;

        internal long Began => began;

        internal long Used { get; set; }

        internal long Count { get; private set; }

        /// <summary>SHA-256 over the last and the APDU, one after another.</summary>
        internal byte[] Chain { get; } = new byte[SHA256.HashSizeInBytes];

        internal void Note(ReadOnlySpan<byte> apdu)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Chain);
            hash.AppendData(apdu);
            hash.GetHashAndReset(Chain);
            Count++;
        }
    }
}
