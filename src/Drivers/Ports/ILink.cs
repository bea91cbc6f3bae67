using System.IO.Pipelines;

namespace Drivers.Ports;

/// <summary>Octets to and from a modem: a tty, a TCP connection, or a pipe in a test.</summary>
public interface ILink : IPort
{
    /// <summary>What comes in. Its reads throw <see cref="IOException"/> with a sentence when the link is gone, or complete.</summary>
    PipeReader Input { get; }
}
