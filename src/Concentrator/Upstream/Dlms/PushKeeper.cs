using Concentrator.Ports;
using Concentrator.Upstream.Dlms.Objects;
using Metering.Ledger;
using Metering.Orders;

namespace Concentrator.Upstream.Dlms;

/// <summary>Keeps what head-ends write into the push setup: it is durable before the write is answered.</summary>
internal sealed class PushKeeper : IDisposable
{
    private const string What = "push setup";
    private readonly IDriverMemory _memory;
    private readonly DoorBook _book;
    private readonly string _name;
    private readonly SemaphoreSlim _keeping = new(1, 1);

    internal PushKeeper(DoorOptions options, IDriverMemory memory, DoorBook book)
    {
        (_memory, _book, _name) = (memory, book, "upstream." + options.Name);
        Setup = new PushSetupObject(memory.Load(_name, What), host => System.Net.IPAddress.TryParse(host.Trim('[', ']'), out var address) && options.Allow.Any(network => network.Contains(address)));
    }

    /// <summary>The object.</summary>
    internal PushSetupObject Setup { get; }

    /// <summary>Keeps what was written; false where it cannot be kept, and what was there before holds.</summary>
    internal async ValueTask<bool> SettleAsync(string who, CancellationToken stop)
    {
        if (!Setup.IsChanged)
        {
            return true;
        }

        await _keeping.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var before = _memory.Load(_name, What);
            var now = Setup.Keep();
            try
            {
                await _memory.SaveAsync(_name, What, now, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is StorageFaultException or OperationCanceledException)
            {
                Setup.Restore(before);
                return false;
            }

            _book.Tell(DoorEventKind.SettingChanged, who, $"set to {Convert.ToHexString(now)}", What, before.IsEmpty ? "" : Convert.ToHexString(before.Span));
            return true;
        }
        finally
        {
            _keeping.Release();
        }
    }

    public void Dispose() => _keeping.Dispose();
}
