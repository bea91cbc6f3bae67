namespace Protocols.MBus;

/// <summary>The C field (EN 13757-4 clause 11.5.3): who speaks and what for.</summary>
public static class ControlField
{
    /// <summary>True for what a meter sends; false for what a collector sends.</summary>
    public static bool IsFromMeter(byte control) =>
        (control & 0x40) != 0 ? (control & 0x0F) is 4 or 6 or 7 or 8 : (control & 0x0F) is 0 or 1 or 8;

    /// <summary>The field's name.</summary>
    public static string Name(byte control) => ((control & 0x40) != 0, control & 0x0F) switch
    {
        (true, 0) => "SND-NKE", (true, 3) => "SND-UD", (true, 4) => "SND-NR", (true, 5) => "SND-UD3", (true, 6) => "SND-IR", (true, 7) => "ACC-NR",
        (true, 8) => "ACC-DMD", (true, 10) => "REQ-UD1", (true, 11) => "REQ-UD2",
        (false, 0) => "ACK", (false, 1) => "NACK", (false, 6) => "CNF-IR", (false, 8) => "RSP-UD", _ => $"C {control:X2}",
    };
}
