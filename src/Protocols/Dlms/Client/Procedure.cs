using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>
/// Something a client asks for, which may take several questions and answers. It knows the messages; the session around it knows invoke ids and ciphering.
/// </summary>
public abstract class Procedure
{
    /// <summary>Why it failed; null where it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>It has come to its end, one way or the other.</summary>
    public bool IsDone { get; private set; }

    /// <summary>A longer answer is refused, however it is cut.</summary>
    internal virtual int LongestAnswer => GetProcedure.MostOctets;

    /// <summary>It may change something in the meter: nobody sends it twice on a guess.</summary>
    public virtual bool Changes => false;

    /// <summary>The conformance bit that lets its question be cut into blocks of its own service.</summary>
    internal virtual int BlocksBit => Conformance.BlocksWithGet;

    /// <summary>The first question.</summary>
    /// <param name="id">Invoke id and priority of every question.</param>
    /// <param name="longest">The longest APDU the other side takes, before ciphering; 0 for any.</param>
    internal abstract Pdu Start(InvokeId id, int longest);

    /// <summary>Takes an answer that carries the invoke id; gives the next question. Null where nothing is to be sent: it is done, or the answer says nothing new.</summary>
    internal abstract Pdu? Take(Pdu answer);

    /// <summary>Begins anew, as if nothing had been asked.</summary>
    internal void Begin() => (Fault, IsDone) = (null, false);

    internal Pdu? Fail(string sentence)
    {
        (Fault, IsDone) = (sentence, true);
        return null;
    }

    private protected Pdu? Finish()
    {
        IsDone = true;
        return null;
    }

    private protected Pdu? Strange(Pdu answer) => Fail($"{answer.Name} is no answer to this question");
}
