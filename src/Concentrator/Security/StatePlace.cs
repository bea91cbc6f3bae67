using System.Globalization;
using Concentrator.Ports;
using Concentrator.Store.Files;

namespace Concentrator.Security;

/// <summary>
/// What tells a state directory from its copies: the board's serial number, the system's machine id, the file system's id and the directory's inode. A copy taken octet by octet onto another
/// medium of the same board and system has them all: of that one nothing here knows.
/// </summary>
internal static class StatePlace
{
    private const int LongestPart = 128, MachineIdLength = 32; // "uninitialized" is none
    private static readonly string[] Serials = ["/sys/firmware/devicetree/base/serial-number", "/sys/class/dmi/id/product_uuid", "/sys/class/dmi/id/board_serial"];

    /// <summary>Where a directory stands.</summary>
    internal static Place Of(string directory)
    {
        var facts = FileFacts.Of(directory);
        var machine = FirstLine("/etc/machine-id");
        return new Place(
            Serials.Select(FirstLine).FirstOrDefault(serial => serial.Length > 0) ?? "", machine.Length == MachineIdLength && machine.All(char.IsAsciiHexDigit) ? machine : "", facts?.FileSystem ?? "", facts?.Inode.ToString(CultureInfo.InvariantCulture) ?? "");
    }

    private static string FirstLine(string path)
    {
        try
        {
            var text = File.Exists(path) ? File.ReadAllText(path).Trim('\0', '\n', ' ') : "";
            return text.Length <= LongestPart ? text : text[..LongestPart];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // only root may read some of them: what is not told says nothing
        }
    }
}
