namespace Concentrator.Upstream.Dlms;

/// <summary>Who speaks with the box's logical device over one connection.</summary>
internal sealed class BoxCaller
{
    /// <summary>System title the client proved itself with; empty before.</summary>
    internal ReadOnlyMemory<byte> Title { get; set; }

    /// <summary>How it is known: as issuer of what it orders, and in the audit.</summary>
    internal string Name => $"client {BoxClients.Management} as {Convert.ToHexString(Title.Span)}";
}
