using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>The modem answers a question with a status that is none of its confirms.</summary>
internal sealed class G3Refusal(ModemStatus status, string sentence) : IOException(sentence)
{
    /// <summary>The modem has forgotten that it was started: it was switched off, or started by itself.</summary>
    internal bool IsNotStarted => status == ModemStatus.NotAllowed;

    /// <summary>The modem does not know the command: its firmware is another.</summary>
    internal bool IsUnknown => status == ModemStatus.UnknownCommand;
}
