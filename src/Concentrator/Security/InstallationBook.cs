using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Security.Sealed;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Security;

/// <summary>
/// How often the box was put up, where, and under which system title it has spoken since. A state directory that was restored, or that stands elsewhere than it was last, is another
/// installation: with a new system title no (key, nonce) pair of the one it was copied from comes again, whatever counters the copy has; with a new key pair no secret that was sealed to the
/// other opens here. The title's five octets are bound to the device key, the board and the system, and to octets drawn then, so that two copies of one image differ.
/// </summary>
internal sealed class InstallationBook(DeviceKey device, string flag, ITimeSource time) : IDisposable
{
    /// <summary>Sequences that are left out where another box may have used them: what the one it comes from writes within months.</summary>
    internal const ulong SkippedSequences = 1UL << 24;

    private const int MarkSize = 5, DrawnSize = 16;
    private const string FirstStart = "first start";
    private InstallationRecord? _now;

    /// <summary>As it is; after <see cref="Settle"/>.</summary>
    internal Installation Now { get; private set; } = null!;

    /// <summary>What opens secrets sealed to this installation; after <see cref="Settle"/>.</summary>
    internal BoxKey Key { get; private set; } = null!;

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record) => _now = InstallationRecord.Parse(record.Payload);

    /// <summary>The installation, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => _now is { } now ? [now.ToRecord(time.Now)] : [];

    /// <summary>Looks where the box stands. What is new is to be durable before anything is said to a meter.</summary>
    /// <param name="restored">When the backup was made that the state directory comes from; null for one that was not restored.</param>
    /// <param name="isMoved">Another box may go on where this one was copied.</param>
    internal IReadOnlyList<NewRecord> Settle(Place place, string? restored, out bool isMoved)
    {
        var before = _now;
        var key = before is null ? null : BoxKey.Unwrap(device, before.KeyId, before.WrappedKey.Span);
        var reason = restored is not null ? $"restored from a backup of {restored}" : before is null ? FirstStart
            : before.Place.Differences(place) is { Count: > 0 } differs ? $"copied or moved: {string.Join(", ", differs)} differ from where it was"
            : key is null ? "the device key is another one" : null;
        isMoved = reason is not null and not FirstStart;
        if (reason is null)
        {
            Take(before!, key!);
            return [];
        }

        key?.Dispose();
        key = BoxKey.Make();
        var (now, number) = (time.Now, (before?.Number ?? 0) + 1);
        var record = new InstallationRecord(number, place, device.Mark(Encoding.UTF8.GetBytes($"{number}|{place}|"), RandomNumberGenerator.GetBytes(DrawnSize)).AsMemory(0, MarkSize), reason, now.Utc, key.Public.KeyId, key.Wrapped(device));
        Take(record, key);
        var audit = new AuditRecord("the box", isMoved ? "installation counted on" : "installation", reason, before is null ? "none" : Line(before), Line(record));
        var told = $"{reason}: installation {number}, system title {Now.Title}{(before is null ? "" : $", before {Title(before)}")}, box key {key.Public.KeyId}";
        return isMoved ? [record.ToRecord(now), audit.ToRecord(now), new BoxEvent("installation", told).ToRecord(now)] : [record.ToRecord(now), audit.ToRecord(now)];
    }

    public void Dispose() => Key?.Dispose();

    private void Take(InstallationRecord record, BoxKey key)
    {
        (_now, Key) = (record, key);
        Now = new Installation(record.Number, TitleOf(record), record.Place, record.Reason, record.At, key.Public);
    }

    private byte[] TitleOf(InstallationRecord record) => [.. Encoding.ASCII.GetBytes(flag), .. record.Mark.Span];

    private string Title(InstallationRecord record) => Convert.ToHexString(TitleOf(record));

    private string Line(InstallationRecord record) => $"installation {record.Number}, system title {Title(record)}, {record.Place}, box key {record.KeyId}";
}
