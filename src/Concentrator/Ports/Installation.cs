namespace Concentrator.Ports;

/// <summary>Under which name the box speaks with meters, and by which key it is told secrets.</summary>
/// <param name="Number">How often it was put up: a copy and a restored box count on.</param>
/// <param name="SystemTitle">The maker's letters and five octets of this installation.</param>
/// <param name="Place">Where.</param>
/// <param name="Reason">Why the number is what it is.</param>
/// <param name="At">Since when; null where the box had no time.</param>
/// <param name="Key">The public key of the box.</param>
public sealed record Installation(uint Number, ReadOnlyMemory<byte> SystemTitle, Place Place, string Reason, DateTime? At, BoxPublicKey Key)
{
    /// <summary>The system title in hex.</summary>
    public string Title => Convert.ToHexString(SystemTitle.Span);
}

/// <summary>A point on P-256 that keys are sealed to.</summary>
/// <param name="KeyId">Its thumbprint (RFC 7638).</param>
/// <param name="X">First coordinate, base64url.</param>
/// <param name="Y">Second coordinate, base64url.</param>
public sealed record BoxPublicKey(string KeyId, string X, string Y);
