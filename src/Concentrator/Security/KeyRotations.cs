using System.Buffers.Binary;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Security;

/// <summary>
/// Keys that wait beside those that serve, in the same wrapping and the same books: under a key id that no meter uses. What becomes of them is one batch, so that a power cut leaves all of
/// it or nothing.
/// </summary>
internal sealed class KeyRotations(KeyRing keys, ILedger ledger) : IKeyRotation
{
    private const uint Waits = uint.MaxValue, Counted = uint.MaxValue - 1;
    private const int LongestKey = 64;
    private static readonly KeyPurpose[] Purposes = [KeyPurpose.Guek, KeyPurpose.Gbek, KeyPurpose.Gak, KeyPurpose.Hls];

    public bool IsPending(string device, int client) => Array.Exists(Purposes, purpose => keys.Has(new KeyName(device, purpose, client, Waits)));

    public int FindPending(in KeyName name, Span<byte> destination)
    {
        var waiting = name with { KeyId = Waits };
        return keys.Has(waiting) ? keys.Find(waiting, destination) : 0;
    }

    public uint Generation(string device, int client)
    {
        var name = new KeyName(device, KeyPurpose.Guek, client, Counted);
        Span<byte> number = stackalloc byte[LongestKey];
        return keys.Has(name) && keys.Find(name, number) == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(number) : 0;
    }

    public ValueTask PrepareAsync(string device, int client, IReadOnlyList<(KeyPurpose Purpose, ReadOnlyMemory<byte> Key)> wanted, CancellationToken stop)
    {
        var unknown = Array.FindIndex([.. wanted], one => !Purposes.Contains(one.Purpose));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unknown, 0);
        var gone = Purposes.Except(wanted.Select(one => one.Purpose)).Select(purpose => new KeyName(device, purpose, client, Waits));
        return WriteAsync([.. wanted.Select(one => (new KeyName(device, one.Purpose, client, Waits), one.Key))], gone, stop);
    }

    public ValueTask CommitAsync(string device, int client, CancellationToken stop)
    {
        var set = new List<(KeyName, ReadOnlyMemory<byte>)>();
        var key = new byte[LongestKey];
        foreach (var purpose in Purposes)
        {
            var length = FindPending(new KeyName(device, purpose, client), key);
            if (length > 0)
            {
                set.Add((new KeyName(device, purpose, client), key.AsSpan(0, length).ToArray()));
            }

            if (length > 0 && purpose == KeyPurpose.Guek)
            {
                var next = new byte[sizeof(uint)];
                BinaryPrimitives.WriteUInt32BigEndian(next, Generation(device, client) + 1);
                set.Add((new KeyName(device, KeyPurpose.Guek, client, Counted), next));
            }
        }

        System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
        return WriteAsync(set, Waiting(device, client), stop);
    }

    public ValueTask RollBackAsync(string device, int client, CancellationToken stop) => WriteAsync([], Waiting(device, client), stop);

    private static IEnumerable<KeyName> Waiting(string device, int client) => Purposes.Select(purpose => new KeyName(device, purpose, client, Waits));

    private async ValueTask WriteAsync(IReadOnlyList<(KeyName Name, ReadOnlyMemory<byte> Key)> set, IEnumerable<KeyName> forgotten, CancellationToken stop)
    {
        var (come, go) = (keys.Prepare(set), keys.Forget([.. forgotten.Where(name => keys.Has(name))]));
        if (come.Records.Count + go.Records.Count == 0)
        {
            return;
        }

        await ledger.AppendAsync([.. come.Records, .. go.Records], Urgency.Order, stop).ConfigureAwait(false);
        come.Take();
        go.Take();
    }
}
