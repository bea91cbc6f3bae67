using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Security.Backups;
using Concentrator.Store;
using Concentrator.Store.Files;
using Metering.Keys;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Security;

/// <summary>The parts of a box that live in its state directory, on a real disk, and a backup of them.</summary>
internal sealed class BackupBench : IAsyncDisposable
{
    internal const string Passphrase = "four words out of a hat";
    private readonly CancellationTokenSource _stop = new();
    private readonly Ledger _ledger;
    private readonly SlotStore _slots;
    private readonly DeviceKey _device;
    private readonly InstallationBook _installations;
    private readonly BoxBackup _backup;
    private readonly Task _running;

    internal BackupBench(string state, bool isRestored = false)
    {
        State = Directory.CreateDirectory(state).FullName;
        var time = new FakeTime(Clock);
        var restored = StateRestore.Restored(State);
        Assert.Equal(isRestored, restored is not null);
        _device = DeviceKey.Open(State, null);
        _ledger = new Ledger(new LedgerOptions { SegmentOctets = 64 * 1024 }, new DiskFiles(Path.Combine(State, "ledger")), time, Clock, NullLogger.Instance);
        _slots = new SlotStore(new DiskFiles(Path.Combine(State, "delivery")), _ledger.Nudge, NullLogger.Instance);
        _ledger.AddFollower(_slots.Flush);
        Keys = new KeyRing(_device, _ledger, time, NullLogger.Instance);
        _installations = new InstallationBook(_device, "XYZ", time);
        foreach (var record in _ledger.ReadBooks())
        {
            switch (record.Type)
            {
                case RecordType.WrappedKey:
                    Keys.Replay(record);
                    break;
                case RecordType.Installation:
                    _installations.Replay(record);
                    break;
            }
        }

        var put = _installations.Settle(StatePlace.Of(State), restored, out var isMoved);
        _ledger.Skip(isMoved ? InstallationBook.SkippedSequences : 0);
        _ledger.AddLiveState(Keys.LiveState);
        _ledger.AddLiveState(_installations.LiveState);
        _running = Task.Run(() => _ledger.RunAsync(_stop.Token));
        First = AppendAsync([new NewRecord(RecordType.Boot, RecordClass.None, default, new byte[4]), .. put]).GetAwaiter().GetResult();
        StateRestore.Known(State);
        _backup = new BoxBackup("dc-0001", "0.1.0", "id = \"dc-0001\"", _device, () => _installations.Now, _ledger, _slots, time, Clock) { Iterations = BackupHeader.FewestIterations };
    }

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero));

    internal string State { get; }

    internal KeyRing Keys { get; }

    internal Installation Installation => _installations.Now;

    internal Ledger Ledger => _ledger;

    internal SlotStore Slots => _slots;

    /// <summary>The last sequence of the records this life began with.</summary>
    internal ulong First { get; }

    internal async Task<ulong> AppendAsync(IReadOnlyList<NewRecord> records)
    {
        var append = _ledger.AppendAsync(records, Urgency.Order, CancellationToken.None).AsTask();
        Assert.True(await Clock.AdvanceUntilAsync(() => append.IsCompleted, TimeSpan.FromMilliseconds(50)));
        return await append;
    }

    internal async Task SetKeyAsync(string meter, byte[] key)
    {
        var set = Keys.SetAsync(new KeyName(meter, KeyPurpose.MBus), key, "sue", CancellationToken.None).AsTask();
        Assert.True(await Clock.AdvanceUntilAsync(() => set.IsCompleted, TimeSpan.FromMilliseconds(50)));
        await set;
    }

    /// <summary>Records and delivery state of a box that has worked.</summary>
    internal async Task WorkAsync(int telegrams)
    {
        for (var i = 0; i < telegrams; i += 50)
        {
            await AppendAsync([.. Enumerable.Range(i, Math.Min(50, telegrams - i)).Select(one => new NewRecord(RecordType.Telegram, RecordClass.Reading, default, Enumerable.Repeat((byte)one, 200).ToArray()))]);
        }

        _slots.Save("main", new byte[] { 1, 2, 3, 4 });
        await AppendAsync([new NewRecord(RecordType.Audit, RecordClass.None, default, new byte[9])]);
    }

    internal async Task<string> BackUpAsync(string file, bool withBulk = false)
    {
        var writing = BackupFile.WriteAsync(file, (to, stop) => _backup.WriteAsync("sue", Passphrase, withBulk, to, stop), CancellationToken.None);
        Assert.True(await Clock.AdvanceUntilAsync(() => writing.IsCompleted, TimeSpan.FromMilliseconds(50)));
        await writing;
        return file;
    }

    internal async Task RefuseAsync(string user)
    {
        var refusing = _backup.RefusedAsync(user, CancellationToken.None);
        Assert.True(await Clock.AdvanceUntilAsync(() => refusing.IsCompleted, TimeSpan.FromMilliseconds(50)));
        await refusing;
    }

    internal Task MakeAsync(Stream to) => _backup.WriteAsync("sue", Passphrase, false, to, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _slots.Flush();
        _backup.Dispose();
        _installations.Dispose();
        _slots.Dispose();
        _ledger.Dispose();
        _device.Dispose();
        _stop.Dispose();
    }
}
