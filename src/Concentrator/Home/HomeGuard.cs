using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Concentrator.Home;

/// <summary>
/// Who may look: whoever shows a consumer's token. An address that showed ten wrong ones within a minute is not listened to for a minute. What was refused is told, once a minute for the same.
/// </summary>
/// <param name="tell">Who, what, why.</param>
internal sealed class HomeGuard(IReadOnlyList<HomeConsumer> consumers, Action<string, string, string> tell, TimeProvider clock)
{
    private const int MostWrong = 10, MostRemembered = 1024, HashOctets = 32;
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Dictionary<IPAddress, (long Since, int Wrong)> _wrong = [];
    private readonly Dictionary<(string Who, string What), long> _told = [];
    private readonly Lock _lock = new();

    /// <summary>The consumer whose token is shown; null where it is nobody's.</summary>
    /// <param name="isBarred">It was not even looked at.</param>
    internal HomeConsumer? Of(string? authorization, IPAddress from, out bool isBarred)
    {
        lock (_lock)
        {
            isBarred = _wrong.TryGetValue(from, out var before) && before.Wrong >= MostWrong && clock.GetElapsedTime(before.Since) < Minute;
        }

        if (isBarred)
        {
            return null;
        }

        var found = authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Find(authorization[Scheme.Length..].Trim()) : null;
        if (found is null)
        {
            Note(from);
        }

        return found;
    }

    /// <summary>Tells that something was not shown.</summary>
    internal void Refused(string who, string what, string why)
    {
        lock (_lock)
        {
            Trim(_told, at => at);
            if (_told.Count >= MostRemembered || !_told.TryAdd((who, what), clock.GetTimestamp()))
            {
                return;
            }
        }

        tell(who, what, why);
    }

    /// <summary>Every hash is compared, so that how long it takes tells nothing.</summary>
    private HomeConsumer? Find(string token)
    {
        Span<byte> hash = stackalloc byte[HashOctets];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        HomeConsumer? found = null;
        foreach (var consumer in consumers)
        {
            found = CryptographicOperations.FixedTimeEquals(consumer.TokenHash.Span, hash) ? consumer : found;
        }

        return found;
    }

    private void Note(IPAddress from)
    {
        lock (_lock)
        {
            Trim(_wrong, entry => entry.Since);
            if (_wrong.Count < MostRemembered || _wrong.ContainsKey(from))
            {
                _wrong[from] = _wrong.TryGetValue(from, out var before) ? before with { Wrong = before.Wrong + 1 } : (clock.GetTimestamp(), 1);
            }
        }
    }

    private void Trim<TKey, TValue>(Dictionary<TKey, TValue> entries, Func<TValue, long> since)
        where TKey : notnull
    {
        foreach (var old in entries.Where(entry => clock.GetElapsedTime(since(entry.Value)) >= Minute).Select(entry => entry.Key).ToList())
        {
            entries.Remove(old);
        }
    }
}
