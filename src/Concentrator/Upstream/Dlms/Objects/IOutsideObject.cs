using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>An object of the box that carries out what is asked of it where there are books and disks; the client waits so long.</summary>
internal interface IOutsideObject
{
    /// <summary>Carries it out; never throws on what a client sends.</summary>
    ValueTask<ActionResult> CarryOutAsync(OutsideWork work, CancellationToken stop);
}
