namespace Concentrator.Cli.Scan;

/// <summary>A serial port as <c>driver scan</c> tells it.</summary>
/// <param name="Path">Device path.</param>
/// <param name="Names">Other names, those of udev that stay the same wherever it is plugged in.</param>
/// <param name="What">What is known of it, in words.</param>
/// <param name="Usb">vendor:product of its USB device, or null.</param>
/// <param name="Serial">Serial number of its USB device, or null.</param>
/// <param name="Driver">The driver that the configuration gives it to, or null.</param>
/// <param name="HeldBy">The program that has it open, as far as this user may see, or null.</param>
/// <param name="Probe">What answered, where it was asked; null where it was not.</param>
internal sealed record SerialPortShape(string Path, IReadOnlyList<string> Names, string What, string? Usb, string? Serial, string? Driver, string? HeldBy, string? Probe);
