using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering;
using Metering.Ledger;
using Metering.Orders;

namespace Drivers.Dlms.Keys;

/// <summary>
/// Spares a meter the tries that would lock it: counts those of a key nobody proved yet before they are made, durably, so that neither a kill nor a restart gives one more. What is kept
/// tells 16 bits of the key's hash: enough to see that it changed, and too little to find it by. Of a key that has served, a try that was only cut short is no sign: several may be. Where each of
/// the tries was cut short and none was refused, the key rests an hour; after a refusal a day.
/// <code>
/// format 1 | tries u8 | mark u16 | at, seconds since 1970, i64; 0 where the box had no time | bit 0: the key has served, bit 1: none of the tries was refused
/// </code>
/// </summary>
/// <param name="name">Under which it is kept.</param>
internal sealed class KeySparing(IDriverMemory memory, string driver, string name, ITimeSource time, TimeProvider clock)
{
    private const byte Format = 1;
    private const int Size = 13, AtMark = 2, AtTime = 4, AtFlags = 12, Proven = 1, OnlyCutShort = 2;

    /// <summary>Tries of a key that has served and that a kill or a power cut ended, before it is doubted all the same: something ends the box whenever it speaks with this meter.</summary>
    private const int MostCutShort = 10;
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(24), AfterCutShort = TimeSpan.FromHours(1);
    private bool _isLoaded;
    private Tries _tries, _earlier;
    private ushort? _served;

    /// <summary>Name of a key among others: it changes with the key.</summary>
    internal static ushort MarkOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> certificate)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        all.AppendData(key);
        all.AppendData(authenticationKey);
        all.AppendData(secret);
        all.AppendData(certificate);
        all.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt16BigEndian(hash);
    }

    /// <summary>Why the key had better not be tried now; null where it may be.</summary>
    /// <param name="locksAfter">Refusals after which the meter locks itself; 0 for never.</param>
    internal string? Spared(ushort mark, int locksAfter)
    {
        Load();
        var rest = _tries.IsRefused ? AfterRefusal : AfterCutShort;
        var isFresh = _tries.Before + clock.GetElapsedTime(_tries.Since) < rest;
        var most = _tries.IsProven ? MostCutShort : Math.Max(1, locksAfter - 1);
        return locksAfter <= 0 || mark != _tries.Mark || _tries.Count < most || !isFresh ? null
            : $"{(_tries.IsRefused ? $"was refused {_tries.Count} times: wrong key or locked" : $"was tried {_tries.Count} times, and the box ended before the meter answered")}. It is not tried again for {rest.TotalHours:0} h, or until it changes";
    }

    /// <summary>The key that served last in this process; null for none.</summary>
    internal ushort? Served => _served;

    /// <summary>The meter took the key for a wrong one; else its tries were only cut short.</summary>
    internal bool IsRefused => _tries.IsRefused;

    /// <summary>A try is about to be made: from here on it counts as refused until it is known not to be. A key that served last time is not doubted beforehand.</summary>
    internal ValueTask TryingAsync(ushort mark, CancellationToken stop)
    {
        Load();
        _earlier = _tries;
        return mark == _served ? ValueTask.CompletedTask : SetAsync(Once(mark), stop);
    }

    /// <summary>The key served.</summary>
    internal ValueTask ServedAsync(ushort mark, CancellationToken stop)
    {
        _served = mark;
        return _tries is { Count: 0, IsProven: true } && _tries.Mark == mark ? ValueTask.CompletedTask : SetAsync(new Tries(0, mark, 0, default, default, true, false), stop);
    }

    /// <summary>The try failed for another reason than the key: it counts no more.</summary>
    internal ValueTask FailedOtherwiseAsync(ushort mark, CancellationToken stop) => mark == _served ? ValueTask.CompletedTask : SetAsync(_earlier, stop);

    /// <summary>The meter took the key for a wrong one.</summary>
    /// <param name="times">How often; more than once only where it had served, and nobody counted beforehand.</param>
    internal ValueTask RefusedAsync(ushort mark, CancellationToken stop, int times = 1)
    {
        var tries = mark == _served ? Once(mark) : _tries;
        _served = null;
        return SetAsync(tries with { Count = Math.Min(tries.Count + times - 1, byte.MaxValue), IsProven = false, IsRefused = true }, stop);
    }

    private Tries Once(ushort mark) => new(
        mark == _tries.Mark ? Math.Min(_tries.Count + 1, byte.MaxValue) : 1, mark, time.Now.Utc is { } now ? (long)(now - DateTime.UnixEpoch).TotalSeconds : 0, clock.GetTimestamp(), TimeSpan.Zero,
        mark == _tries.Mark && _tries.IsProven, mark == _tries.Mark && _tries.IsRefused);

    private void Load()
    {
        if (_isLoaded)
        {
            return;
        }

        _isLoaded = true;
        var kept = memory.Load(driver, name).Span;
        if (kept.Length is (Size or Size - 1) && kept[0] == Format)
        {
            var at = BinaryPrimitives.ReadInt64BigEndian(kept[AtTime..]);
            var passed = at > 0 && time.Now is { Utc: { } now, Quality: TimeQuality.Synchronised } ? (now - DateTime.UnixEpoch).TotalSeconds - at : 0;
            _tries = new Tries(
                kept[1], BinaryPrimitives.ReadUInt16BigEndian(kept[AtMark..]), at, clock.GetTimestamp(), TimeSpan.FromSeconds(Math.Clamp(passed, 0, AfterRefusal.TotalSeconds)), // a clock that nobody stands behind shortens no rest
                kept.Length == Size && (kept[AtFlags] & Proven) != 0, kept.Length < Size || (kept[AtFlags] & OnlyCutShort) == 0);
        }
    }

    private async ValueTask SetAsync(Tries tries, CancellationToken stop)
    {
        _tries = tries;
        var kept = new byte[Size];
        (kept[0], kept[1]) = (Format, (byte)tries.Count);
        BinaryPrimitives.WriteUInt16BigEndian(kept.AsSpan(AtMark), tries.Mark);
        BinaryPrimitives.WriteInt64BigEndian(kept.AsSpan(AtTime), tries.At);
        kept[AtFlags] = (byte)((tries.IsProven ? Proven : 0) | (tries.IsRefused ? 0 : OnlyCutShort));
        try
        {
            await memory.SaveAsync(driver, name, kept, stop).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself; this process still knows.
        }
    }

    /// <param name="Count">How many.</param>
    /// <param name="Mark">Of which key.</param>
    /// <param name="At">The last, as it is kept.</param>
    /// <param name="Since">The last that this process made, or its start.</param>
    /// <param name="Before">What had passed before that.</param>
    /// <param name="IsProven">The key has served.</param>
    /// <param name="IsRefused">The meter took it for a wrong one in one of them.</param>
    private readonly record struct Tries(int Count, ushort Mark, long At, long Since, TimeSpan Before, bool IsProven, bool IsRefused);
}
