namespace Concentrator.Ports;

/// <summary>Gives the box away in one file that only a passphrase opens.</summary>
public interface IBoxBackup
{
    /// <summary>Writes one. The service runs on: what is in it is the box as a power cut would have left it at that moment.</summary>
    /// <param name="user">By the kernel's word, for the audit.</param>
    /// <param name="withBulk">Also readings, events and what of them is not delivered.</param>
    /// <exception cref="BackupBusyException">Another one is being made.</exception>
    /// <exception cref="Metering.Ledger.StorageFaultException">It could not be audited: nothing was given away.</exception>
    Task WriteAsync(string user, string passphrase, bool withBulk, Stream to, CancellationToken stop);

    /// <summary>Somebody asked for one who may not have it: an audited event, as far as a flood lets it.</summary>
    Task RefusedAsync(string user, CancellationToken stop);
}

/// <summary>How many characters the passphrase of a backup has.</summary>
public static class BackupPassphrase
{
    /// <summary>At least: one of fewer is guessed.</summary>
    public const int Shortest = 12;

    /// <summary>At most.</summary>
    public const int Longest = 1024;
}

/// <summary>One backup at a time.</summary>
public sealed class BackupBusyException : Exception;
