using Metering.Driver;
using Protocols.Im871a;

namespace Drivers.Im871a;

/// <summary>
/// The stick's state, without I/O: takes frames and the time, gives what to send and when it wants to be asked again. Telegrams pass in every state.
/// <code>
/// step          sends         answered -> next              no answer after 3 tries -> next
/// Detecting     device info   Configuring                   Gone (not an iM871A, or taken)
/// Configuring   set config    Listening                     Gone
/// Listening     -             quiet: Pinging; deaf: Reconfiguring; deaf again: Gone
/// Pinging       ping          Listening                     Reconfiguring
/// Reconfiguring set config    Listening                     Gone
/// </code>
/// Gone ends the run: the supervisor opens the port again.
/// </summary>
public sealed class Im871aModem(Im871aOptions options)
{
    private int _tries;
    private TimeSpan _due;
    private TimeSpan _lastOctet;
    private TimeSpan _lastTelegram;
    private bool _deafBefore;

    /// <summary>A rung of the ladder.</summary>
    public enum Step
    {
        Detecting, Configuring, Listening, Pinging, Reconfiguring, Gone,
    }

    /// <summary>Where it stands.</summary>
    public Step At { get; private set; } = Step.Detecting;

    /// <summary>What happened last, for people.</summary>
    public string Sentence { get; private set; } = "asking the stick who it is";

    /// <summary>When it wants <see cref="Tick"/> next.</summary>
    public TimeSpan Due => At == Step.Listening ? Earlier(_lastOctet + options.QuietAfter, _lastTelegram + options.DeafAfter) : _due;

    /// <summary>What the stick said of itself; null before it did.</summary>
    public Im871aDeviceInfo? Device { get; private set; }

    /// <summary>The link state this step means.</summary>
    public LinkState LinkState => At switch
    {
        Step.Detecting => LinkState.Opening,
        Step.Configuring => LinkState.Configuring,
        Step.Listening or Step.Pinging => LinkState.Listening, // a ping does not disturb reception
        Step.Reconfiguring => LinkState.Stalled,
        _ => LinkState.Lost,
    };

    /// <summary>Begins; gives what to send.</summary>
    public ReadOnlyMemory<byte> Start(TimeSpan now)
    {
        (_lastOctet, _lastTelegram) = (now, now);
        return Ask(Step.Detecting, "asking the stick who it is", now);
    }

    /// <summary>Takes a frame; gives what to send now, mostly nothing. Telegrams are the caller's, this only notes that one came.</summary>
    public ReadOnlyMemory<byte> Take(Im871aFrame frame, TimeSpan now)
    {
        _lastOctet = now;
        if (frame.Endpoint == Im871aEndpoint.RadioLink && frame.MessageId == Im871aMessages.TelegramIndication)
        {
            (_lastTelegram, _deafBefore) = (now, false);
            return default;
        }

        return (At, frame.Endpoint, frame.MessageId) switch
        {
            (Step.Detecting, Im871aEndpoint.DeviceManagement, Im871aMessages.DeviceInfoResponse) => TakeDevice(frame, now),
            (Step.Configuring or Step.Reconfiguring, Im871aEndpoint.DeviceManagement, Im871aMessages.SetConfigResponse) => Listen($"listening to {options.ModeText}"),
            (Step.Pinging, Im871aEndpoint.DeviceManagement, Im871aMessages.PingResponse) => Listen($"listening to {options.ModeText}; quiet, but the stick answers"),
            _ => default, // an answer to a question asked before, or one nobody asked
        };
    }

    /// <summary>The time came; gives what to send now.</summary>
    public ReadOnlyMemory<byte> Tick(TimeSpan now)
    {
        if (now < Due)
        {
            return default;
        }

        return At switch
        {
            Step.Listening when now >= _lastTelegram + options.DeafAfter => Deaf(now),
            Step.Listening => Ask(Step.Pinging, $"no octet for {options.QuietAfter.TotalMinutes:0.#} min, asking whether the stick is there", now),
            Step.Gone => default,
            _ when _tries < options.Tries => AskAgain(now),
            Step.Pinging => Ask(Step.Reconfiguring, "the stick does not answer pings, configuring it again", now),
            Step.Detecting => Give($"no answer from {options.Port} at {Im871aOptions.Baud} baud: it is not an iM871A, or another program has it"),
            _ => Give($"{options.Port} does not take its configuration, opening it again"),
        };
    }

    private ReadOnlyMemory<byte> TakeDevice(Im871aFrame frame, TimeSpan now)
    {
        Device = Im871aDeviceInfo.TryParse(frame.Payload.Span);
        if (Device?.ModuleName is null)
        {
            return Give($"{options.Port} is a module of type 0x{frame.Payload.Span.ToArray().FirstOrDefault():X2}, not an iM871A or iM170A: set another family for this driver");
        }

        return options.Mode == Im871aLinkMode.C1T1 && Device.Firmware < Im871aMessages.FirstFirmwareForC1T1
            ? Give($"{options.Port} has firmware 0x{Device.Firmware:X2}, which does not listen to C1 and T1 at once (0x14 does): set mode = \"T1\" or \"C1\", or update the stick")
            : Ask(Step.Configuring, $"{Device.ModuleName} firmware 0x{Device.Firmware:X2} found, setting {options.ModeText}", now);
    }

    private ReadOnlyMemory<byte> Deaf(TimeSpan now)
    {
        if (_deafBefore)
        {
            return Give($"no telegram for {options.DeafAfter.TotalMinutes * 2:0} min although it was configured again: opening {options.Port} again; check the antenna");
        }

        (_deafBefore, _lastTelegram) = (true, now);
        return Ask(Step.Reconfiguring, $"no telegram for {options.DeafAfter.TotalMinutes:0} min, configuring the radio again", now);
    }

    private ReadOnlyMemory<byte> Listen(string sentence)
    {
        (At, Sentence) = (Step.Listening, sentence);
        return default;
    }

    private ReadOnlyMemory<byte> Ask(Step step, string sentence, TimeSpan now)
    {
        (At, Sentence, _tries) = (step, sentence, 0);
        return AskAgain(now);
    }

    private ReadOnlyMemory<byte> AskAgain(TimeSpan now)
    {
        _tries++;
        _due = now + options.AnswerWithin;
        return At switch
        {
            Step.Detecting => Im871aMessages.GetDeviceInfo,
            Step.Pinging => Im871aMessages.Ping,
            _ => Im871aMessages.SetLinkMode(options.Mode),
        };
    }

    private ReadOnlyMemory<byte> Give(string sentence)
    {
        (At, Sentence) = (Step.Gone, sentence);
        return default;
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
