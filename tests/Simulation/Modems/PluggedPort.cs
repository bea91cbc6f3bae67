namespace Simulation.Modems;

/// <summary>A pty under a name of its own; can be pulled out and plugged in again, as USB does: the name goes and comes back, the device behind it is another.</summary>
public sealed class PluggedPort(string name) : IDisposable
{
    private Pty? _pty;
    private bool _wasOpen;

    /// <summary>Whoever had the port open closed it, or it was pulled out under him.</summary>
    public event Action? FarEndClosed;

    /// <summary>It is there.</summary>
    public bool IsPlugged => _pty is not null;

    /// <summary>Somebody has it open.</summary>
    public bool IsOpen => _pty is { IsOpen: true };

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

    /// <summary>What the host said since; waits a few milliseconds for it.</summary>
    public byte[] Read(int milliseconds)
    {
        var octets = _pty?.Read(milliseconds) ?? [];
        var open = IsOpen;
        if (!open)
        {
            if (_wasOpen)
            {
                FarEndClosed?.Invoke();
            }

            Thread.Sleep(milliseconds); // poll returns at once while nobody has the other end
        }

        _wasOpen = open;
        return octets;
    }

    /// <summary>Octets to the host. False where nobody takes them.</summary>
    public bool Write(byte[] octets) => _pty is not null && _pty.Write(octets);

    /// <summary>Pulls it out.</summary>
    public void Dispose()
    {
        if (_pty is { } pty)
        {
            File.Delete(name);
            pty.Dispose();
            _pty = null;
        }
    }
}
