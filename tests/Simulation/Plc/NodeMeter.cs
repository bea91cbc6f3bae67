using Simulation.Dlms;
using Simulation.Plc.Medium;

namespace Simulation.Plc;

/// <summary>The meter behind a node: it answers one question after another, at its pace, and forgets an association that was silent for too long.</summary>
public sealed class NodeMeter(DlmsMeter meter, MeterPace pace, LineTime time)
{
    private DateTime _askedAt, _busyUntil;
    private int _life;

    /// <summary>The meter itself.</summary>
    public DlmsMeter Meter => meter;

    /// <summary>An answer came to the host's side of the modem, or did not, and why.</summary>
    public event Action<string?>? Answered;

    /// <summary>Questions it was asked.</summary>
    public long Asked { get; private set; }

    /// <summary>Asks it. What it says goes out in its time, one APDU after another; nothing where it has no answer.</summary>
    /// <param name="client">Client SAP.</param>
    /// <param name="say">Takes an APDU; called on the line's time.</param>
    public void Ask(int client, byte[] apdu, Action<byte[]> say)
    {
        var now = time.Now;
        if (now - _askedAt > pace.IdleLimit)
        {
            meter.Drop();
        }

        _askedAt = now;
        Asked++;
        for (var answer = meter.Answer(client, apdu); answer is not null; answer = meter.TryTakeFurther(client, out var further) ? further : null)
        {
            Say(answer, say);
        }
    }

    /// <summary>Tells what became of an answer.</summary>
    internal void Tell(string? fate) => Answered?.Invoke(fate);

    /// <summary>Its power is gone: so are its associations, and what it was about to say.</summary>
    public void Drop()
    {
        _life++;
        _busyUntil = default;
        meter.Drop();
    }

    private void Say(byte[] answer, Action<byte[]> say)
    {
        var now = time.Now;
        _busyUntil = (_busyUntil > now ? _busyUntil : now) + pace.Over(answer.Length);
        foreach (var step in meter.Line.Spoil(answer))
        {
            _busyUntil += step.After;
            var life = _life;
            time.At(_busyUntil, () =>
            {
                if (life == _life)
                {
                    if (step.Octets.Length > 0)
                    {
                        say(step.Octets);
                    }

                    if (step.Closes)
                    {
                        meter.Drop();
                    }
                }
            });
        }
    }
}
