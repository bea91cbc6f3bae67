using System.Net;

namespace Concentrator.Web;

/// <summary>Where the interface listens, and who may do what.</summary>
/// <param name="Listen">TCP, read-only.</param>
/// <param name="Socket">Unix socket for tools.</param>
/// <param name="Operators">Users who may change something; root always may.</param>
internal sealed record WebOptions(IPEndPoint Listen, string Socket, IReadOnlySet<string> Operators)
{
    /// <summary>Users who may read the audit.</summary>
    internal Func<string, bool> MayAudit { get; init; } = _ => false;

    /// <summary>Users who may take all secrets of the box away, enciphered.</summary>
    internal Func<string, bool> MayBackUp { get; init; } = _ => false;

    /// <summary>Images for meters; null where none are taken.</summary>
    internal Ports.IImageDoor? Images { get; init; }

    /// <summary>Who makes a backup; null where none is made.</summary>
    internal Ports.IBoxBackup? Backup { get; init; }
}
