using Metering;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Push;
using Protocols.Dlms.Security;

namespace Drivers.Dlms.Push;

/// <summary>
/// Confirms notifications whose sender wants it, never before what they brought is in the ledger (CONTRACTS: nothing is acknowledged to a meter before). The confirmation is protected
/// as the notification was, under a counter of our own.
/// </summary>
internal sealed class PushConfirmer(ReadOnlyMemory<byte> systemTitle, IKeyRing keys, ICounterStore counters)
{
    private const int LongestKey = 64;

    /// <summary>The answer to a notification; empty where none may be given.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PushConfirm wanted, MeterId meter, CancellationToken stop)
    {
        var plain = new DataNotificationConfirm(wanted.Id, ReadOnlyMemory<byte>.Empty).ToOctets();
        if (wanted.SecurityControl is not { } control)
        {
            return plain;
        }

        // Counters are kept by the meter's name. A meter known by its system title alone may be read under its name by another driver, with the same key and counters of its own:
        // one used twice would give the key away, so it gets no answer.
        if (meter.Text.StartsWith("ST-", StringComparison.Ordinal) || (control & Broadcast) != 0)
        {
            return default;
        }

        var counter = await counters.ReserveAsync(keys.CountersOf(meter.Text, wanted.Client), 1, 1, stop).ConfigureAwait(false);
        return Protect(wanted, control, counter, plain);
    }

    private const byte Broadcast = 0x40;

    private ReadOnlyMemory<byte> Protect(PushConfirm wanted, byte control, uint counter, ReadOnlySpan<byte> plain)
    {
        Span<byte> key = stackalloc byte[LongestKey], authentication = stackalloc byte[LongestKey];
        var length = keys.Find(new KeyName(wanted.KeyDevice, KeyPurpose.Guek, wanted.Client), key);
        var other = keys.Find(new KeyName(wanted.KeyDevice, KeyPurpose.Gak, wanted.Client), authentication);
        if (length is not (16 or 32))
        {
            return default;
        }

        using var cipher = new DlmsCipher(key[..length], authentication[..other]);
        var content = new byte[plain.Length + DlmsCipher.Overhead(control)];
        cipher.Protect(control, systemTitle.Span, counter, plain, content);
        return new GeneralCiphered(false, systemTitle, content).ToOctets();
    }
}
