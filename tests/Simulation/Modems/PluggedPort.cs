namespace Simulation.Modems;

/// <summary>A stick on a pty under a name of its own; can be pulled out and plugged in again, as USB does: the name goes and comes back, the device behind it is another.</summary>
public sealed class PluggedPort(string name, Im871aStick stick) : IDisposable
{
    private Pty? _pty;
    private bool _wasOpen;

    /// <summary>Whoever had the port open closed it, or the stick was pulled out under him.</summary>
    public event Action? FarEndClosed;

    /// <summary>Makes it plugged in, or not.</summary>
    public void Plug(bool plugged)
    {
        if (plugged && _pty is null)
        {
            _pty = new Pty();
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(name))!);
            File.Delete(name);
            File.CreateSymbolicLink(name, _pty.Path);
        }
        else if (!plugged && _pty is not null)
        {
            Dispose();
        }
    }

    /// <summary>Lets the stick answer what the host said since; waits a few milliseconds for it.</summary>
    public void Answer(Func<byte[], byte[]> spoil)
    {
        var octets = _pty?.Read(5) ?? [];
        if (octets.Length > 0)
        {
            _pty!.Write(spoil(stick.Take(octets)));
        }

        var open = _pty is { IsOpen: true };
        if (!open)
        {
            if (_wasOpen)
            {
                FarEndClosed?.Invoke();
            }

            Thread.Sleep(5); // poll returns at once while nobody has the other end
        }

        _wasOpen = open;
    }

    /// <summary>Octets to the host, piece by piece. False where nobody takes them.</summary>
    public bool Write(IReadOnlyList<byte[]> pieces) => _pty is not null && pieces.All(piece => _pty.Write(piece));

    /// <summary>Pulls it out: without power the stick forgets its mode.</summary>
    public void Dispose()
    {
        File.Delete(name);
        _pty?.Dispose();
        _pty = null;
        stick.PowerOff();
    }
}
