using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Store;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Security.Backups;

/// <summary>
/// Makes a backup of the running box. Delivery state first, then books, then bulk: each as it is synced at that moment, so that the older of two that belong together is never the one that
/// promises more. What the keys file holds stays where it is, and so do the files the configuration names.
/// </summary>
internal sealed class BoxBackup(string id, string version, string settings, DeviceKey device, Func<Installation> installation, Ledger ledger, SlotStore slots, ITimeSource time, TimeProvider clock) : IBoxBackup, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _counting = new();
    private readonly AuditLimit _refusals = new(clock);

    /// <summary>Rounds between the passphrase and the keys.</summary>
    internal int Iterations { get; init; } = BackupHeader.Iterations;

    public async Task WriteAsync(string user, string passphrase, bool withBulk, Stream to, CancellationToken stop)
    {
        if (!await _turn.WaitAsync(0, stop).ConfigureAwait(false))
        {
            throw new BackupBusyException();
        }

        try
        {
            var now = time.Now;
            var audit = new AuditRecord(user, "backup create", id, "", withBulk ? "with readings and events" : "without readings and events");
            await ledger.AppendAsync([audit.ToRecord(now)], Urgency.Order, stop).ConfigureAwait(false);
            using var header = BackupHeader.Make(passphrase, Iterations);
            using var sealer = new BackupSealer(to, header);
            await sealer.BeginAsync(stop).ConfigureAwait(false);
            await sealer.AddAsync(BackupParts.Manifest, BackupParts.Of(new BackupManifest(id, version, now.Utc, installation().Number, installation().Title, withBulk)), stop).ConfigureAwait(false);
            await sealer.AddAsync(BackupParts.Settings, Encoding.UTF8.GetBytes(settings), stop).ConfigureAwait(false);
            await AddKeysAsync(sealer, stop).ConfigureAwait(false);
            foreach (var (name, octets) in slots.Copy())
            {
                await sealer.AddAsync($"{BackupParts.Delivery}/{name}", octets, stop).ConfigureAwait(false);
            }

            foreach (var log in withBulk ? [LogKind.Books, LogKind.Bulk] : (LogKind[])[LogKind.Books])
            {
                foreach (var (name, octets) in ledger.Copy(log))
                {
                    await sealer.AddAsync($"{BackupParts.Ledger}/{name}", octets, stop).ConfigureAwait(false);
                }
            }

            await sealer.EndAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task RefusedAsync(string user, CancellationToken stop)
    {
        lock (_counting)
        {
            if (!_refusals.Takes())
            {
                return;
            }
        }

        await ledger.AppendAsync([new AuditRecord(user, "backup refused", id, "", "it takes the role security-officer, on the Unix socket").ToRecord(time.Now)], Urgency.OnDemand, stop).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    private async Task AddKeysAsync(BackupSealer sealer, CancellationToken stop)
    {
        var keys = device.ReadAgain();
        for (var number = 0; number < keys.Count; number++)
        {
            await sealer.AddAsync(DeviceKey.NameOf(number), keys[number], stop).ConfigureAwait(false);
            CryptographicOperations.ZeroMemory(keys[number]);
        }
    }
}
