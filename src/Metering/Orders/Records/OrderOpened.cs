using Metering.Ledger;
using Metering.Orders.Authorization;

namespace Metering.Orders.Records;

/// <summary>An order as it was taken: written down before it is acknowledged. The payload of a <see cref="RecordType.Order"/> begins with 1.</summary>
/// <param name="Request">As it was asked for.</param>
/// <param name="At">When it was taken; null where the box had no time.</param>
/// <param name="ContentHash">SHA-256 over its signed form: who sends the same id with other content is found out.</param>
/// <param name="WaitsForApproval">It does not begin before a second one says so.</param>
public sealed record OrderOpened(OrderRequest Request, DateTime? At, ReadOnlyMemory<byte> ContentHash, bool WaitsForApproval)
{
    internal const byte Kind = 1;

    /// <summary>MQTT 5 response topic, or null.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>MQTT 5 correlation data.</summary>
    public ReadOnlyMemory<byte> Correlation { get; init; }

    /// <summary>As a record of the books.</summary>
    public NewRecord ToRecord(BoxTime now)
    {
        var (to, request) = (new OctetWriter(), Request);
        to.Byte(Kind);
        to.Text(request.Id);
        to.Text(request.Verb);
        foreach (var at in (DateTime?[])[request.IssuedAt, request.NotBefore, request.ExpiresAt, At])
        {
            to.Instant(at);
        }

        to.Text(request.Nonce);
        to.Number((ulong)request.Meters.Count);
        foreach (var meter in request.Meters)
        {
            to.Text(meter.Text);
        }

        to.Text(request.Arguments);
        to.Text(request.Issuer.Name);
        to.Number((ulong)request.Issuer.Roles.Count);
        foreach (var role in request.Issuer.Roles.Order())
        {
            to.Byte((byte)role);
        }

        to.Text(request.Issuer.Door);
        to.Text(request.Issuer.KeyId);
        to.Octets(ContentHash.Span);
        to.Byte(WaitsForApproval ? (byte)1 : (byte)0);
        to.Byte(request.SwitchesSupply ? (byte)1 : (byte)0);
        to.Text(ResponseTopic);
        to.Octets(Correlation.Span);
        return new NewRecord(RecordType.Order, RecordClass.None, now, to.ToArray());
    }

    /// <summary>Reads what follows the first octet.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    internal static OrderOpened Read(ref OctetReader from)
    {
        var (id, verb, issued, begins, expires, at, nonce) = (from.Text(), from.Text(), from.Instant(), from.Instant(), from.Instant(), from.Instant(), from.Text());
        var meters = new MeterId[from.Count()];
        for (var i = 0; i < meters.Length; i++)
        {
            meters[i] = MeterId.Parse(from.Text());
        }

        var (arguments, name) = (from.Text(), from.Text());
        var roles = new HashSet<Role>();
        for (var left = from.Count(); left > 0; left--)
        {
            roles.Add((Role)from.Byte());
        }

        var issuer = new OrderIssuer(name, roles, from.Text()) { KeyId = from.OptionalText() };
        var (hash, waits, switches) = (from.Octets(), from.Byte() != 0, from.Byte() != 0);
        return new OrderOpened(
            new OrderRequest(id, verb, issued ?? default, begins, expires ?? default, nonce, meters, arguments, issuer) { SwitchesSupply = switches }, at, hash, waits)
        {
            ResponseTopic = from.OptionalText(), Correlation = from.Octets(),
        };
    }
}
