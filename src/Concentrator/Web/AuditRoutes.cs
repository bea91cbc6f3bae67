using System.Globalization;
using Concentrator.Ports;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>One line of GET /api/v1/audit.</summary>
public sealed record AuditShape(ulong Sequence, DateTime? At, string Who, string What, string Subject, string? Before, string? After);

/// <summary>Who did what: for those whose role it is to look, at the local socket.</summary>
internal sealed class AuditRoutes(IAuditTrail trail, Func<HttpContext, string?> userOf, Func<string, bool> mayAudit)
{
    private const int MostListed = 10_000;

    internal void Map(WebApplication app) => app.MapGet("/api/v1/audit", List);

    private IResult List(HttpContext context)
    {
        if (userOf(context) is not { } user || !mayAudit(user))
        {
            return Fault(403, "the audit is read on the Unix socket, by an auditor, a security officer or root ([roles])");
        }

        var query = context.Request.Query;
        var (limit, before) = (100, ulong.MaxValue);
        return !TryLimit(query, MostListed, ref limit) ? Fault(400, $"limit wants 1 to {MostListed}")
            : query["before"] is [{ } until] && !ulong.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out before) ? Fault(400, "before wants the sequence of a line")
            : Results.Json<IReadOnlyList<AuditShape>>(
                [.. trail.Newest(limit, before).Select(line => new AuditShape(line.Sequence, line.At, line.Who, line.What, line.Subject, TextOf(line.Before), TextOf(line.After)))], WebJson.Default.IReadOnlyListAuditShape);
    }
}
