using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Concentrator.Web;

/// <summary>Who is at the other end of the Unix socket, by the kernel's word (SO_PEERCRED).</summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1, SoPeerCred = 17;

    /// <summary>The peer's user name, or its number as text; null where it is no Unix socket.</summary>
    internal static string? UserOf(Socket? socket)
    {
        if (socket is null || socket.AddressFamily != AddressFamily.Unix)
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[12]; // pid, uid, gid
        if (socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) != credentials.Length)
        {
            return null;
        }

        var uid = MemoryMarshal.Read<uint>(credentials[4..]);
        return NameOf(uid) ?? uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string? NameOf(uint uid)
    {
        try
        {
            return File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == uid.ToString(System.Globalization.CultureInfo.InvariantCulture))?[0];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
