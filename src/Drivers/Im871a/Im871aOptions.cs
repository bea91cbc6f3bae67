using Protocols.Im871a;

namespace Drivers.Im871a;

/// <summary>How one stick is run.</summary>
/// <param name="Name">The driver's name in the configuration.</param>
/// <param name="Port">Where it is, for sentences.</param>
/// <param name="Mode">What it listens to.</param>
public sealed record Im871aOptions(string Name, string Port, Im871aLinkMode Mode)
{
    /// <summary>Line speed of the stick's HCI.</summary>
    public const int Baud = 57600;

    /// <summary>No octet for so long: is it there? A ping asks the stick's processor and does not touch the radio.</summary>
    public TimeSpan QuietAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>No telegram for so long although pings are answered: the radio is configured again.</summary>
    public TimeSpan DeafAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an answer may take, and how far tries are apart.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a question is asked.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>The mode as the configuration writes it.</summary>
    public string ModeText => Mode == Im871aLinkMode.C1T1 ? "C1+T1" : Mode.ToString();

    /// <summary>The mode from the configuration's text.</summary>
    public static Im871aLinkMode? TryParseMode(string text) => text switch
    {
        "C1+T1" or "T1+C1" => Im871aLinkMode.C1T1,
        "C1" => Im871aLinkMode.C1,
        "T1" => Im871aLinkMode.T1,
        "S1" => Im871aLinkMode.S1,
        _ => null,
    };
}
