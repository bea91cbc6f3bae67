namespace Concentrator.Cli.Scan;

/// <summary>The serial ports of this machine, by what the kernel says of them in /dev, /sys and /proc.</summary>
internal static class SerialPorts
{
    private static readonly string[] Links = ["by-id", "by-path"];

    /// <param name="root">The root of the file system; another one in tests.</param>
    /// <param name="taken">Driver by port, as the configuration has it.</param>
    internal static IReadOnlyList<SerialPortShape> Of(string root, IReadOnlyDictionary<string, string> taken)
    {
        var dev = Path.Combine(root, "dev");
        if (!Directory.Exists(dev))
        {
            return [];
        }

        var names = NamesOf(root);
        var holders = HoldersOf(root);
        return [.. Directory.EnumerateFileSystemEntries(dev).Select(Path.GetFileName).OfType<string>().Where(name => IsSerial(root, name)).Order(StringComparer.Ordinal)
            .Select(name => Describe(root, name, names.GetValueOrDefault(name, []), taken, holders.GetValueOrDefault("/dev/" + name)))];
    }

    /// <summary>A port that somebody named: a link to one, or a pseudo-terminal.</summary>
    internal static SerialPortShape Named(string root, string path, IReadOnlyDictionary<string, string> taken)
    {
        var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : null;
        return new SerialPortShape(
            path, target is null || target == path ? [] : [target], target is null ? "not there" : "a serial port, or what stands for one", null, null, taken.GetValueOrDefault(path),
            target is null ? null : HoldersOf(root).GetValueOrDefault(target), null);
    }

    /// <summary>USB and modem ports always; a UART of the board where the kernel found hardware behind it.</summary>
    private static bool IsSerial(string root, string name) =>
        name.StartsWith("ttyUSB", StringComparison.Ordinal) || name.StartsWith("ttyACM", StringComparison.Ordinal)
        || ((name.StartsWith("ttyS", StringComparison.Ordinal) || name.StartsWith("ttyAMA", StringComparison.Ordinal) || name.StartsWith("ttymxc", StringComparison.Ordinal))
            && Directory.Exists(Path.Combine(root, "sys/class/tty", name, "device")) && Text(Path.Combine(root, "sys/class/tty", name, "type")) != "0");

    private static SerialPortShape Describe(string root, string name, IReadOnlyList<string> others, IReadOnlyDictionary<string, string> taken, string? holder)
    {
        var path = "/dev/" + name;
        var usb = UsbOf(Path.Combine(root, "sys/class/tty", name, "device"));
        var (vendor, product) = (Text(Path.Combine(usb ?? "", "idVendor")), Text(Path.Combine(usb ?? "", "idProduct")));
        var words = string.Join(' ', new[] { Text(Path.Combine(usb ?? "", "manufacturer")), Text(Path.Combine(usb ?? "", "product")) }.OfType<string>());
        var driver = new[] { path }.Concat(others).Select(taken.GetValueOrDefault).FirstOrDefault(found => found is not null);
        return new SerialPortShape(
            path, others, words.Length > 0 ? words : usb is null ? "UART of the board" : "USB device without a name", vendor is null ? null : $"{vendor}:{product}", Text(Path.Combine(usb ?? "", "serial")), driver, holder, null);
    }

    /// <summary>The USB device above the tty: the directory that has an idVendor.</summary>
    private static string? UsbOf(string device)
    {
        var at = Resolve(device);
        for (var up = 0; up < 5 && at is not null; up++, at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "idVendor")))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>Names in /dev/serial/by-id and by-path, by the port they lead to.</summary>
    private static Dictionary<string, List<string>> NamesOf(string root)
    {
        var names = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var folder in Links.Select(folder => Path.Combine(root, "dev/serial", folder)).Where(Directory.Exists))
        {
            foreach (var link in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
            {
                if (new FileInfo(link).LinkTarget is { } target)
                {
                    (names.TryGetValue(Path.GetFileName(target), out var known) ? known : names[Path.GetFileName(target)] = []).Add("/" + Path.GetRelativePath(root, link));
                }
            }
        }

        return names;
    }

    /// <summary>Programs that have a tty open, as far as this user may look.</summary>
    private static Dictionary<string, string> HoldersOf(string root)
    {
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        var proc = Path.Combine(root, "proc");
        foreach (var process in Directory.Exists(proc) ? Directory.EnumerateDirectories(proc).Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit)) : [])
        {
            try
            {
                foreach (var handle in Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")))
                {
                    if (new FileInfo(handle).LinkTarget is { } target && (target.StartsWith("/dev/tty", StringComparison.Ordinal) || target.StartsWith("/dev/pts/", StringComparison.Ordinal)))
                    {
                        holders[target] = $"{Text(Path.Combine(process, "comm")) ?? "a program"} ({Path.GetFileName(process)})";
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is another user's.
            }
        }

        return holders;
    }

    private static string? Resolve(string link)
    {
        try
        {
            return Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? (Directory.Exists(link) ? Path.GetFullPath(link) : null);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? Text(string file)
    {
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
