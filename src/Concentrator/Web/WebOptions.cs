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
}
