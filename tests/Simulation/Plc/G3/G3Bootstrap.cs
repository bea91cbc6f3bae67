using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>
/// The bootstrap server in the modem (LBP with EAP-PSK, plc-modems 2.4 and 2.5): joining nodes wait in slots for the host's address; the exchange goes on with the PSK the modem has at that
/// moment; a wrong one ends it without a word to the host. A new network key is distributed, activated node by node, then switched to.
/// </summary>
internal sealed class G3Bootstrap(G3Coordinator modem)
{
    private const ushort Declines = 0xFFFF;

    /// <summary>Messages of EAP-PSK, from the coordinator and from the node in turn: challenge, answer, proof with keys, confirmation, accepted.</summary>
    private static readonly (bool IsUp, int Octets)[] Exchange = [(false, 50), (true, 70), (false, 90), (true, 50), (false, 30)];

    /// <summary>Behind these messages the coordinator knows whether the node has the same PSK.</summary>
    private const int ProofAt = 2;

    private readonly List<G3Joining> _slots = [];

    internal void Clear() => _slots.Clear();

    /// <summary>A node wishes to join: the host is told, where a slot is free or was its own.</summary>
    internal void HearWish(G3Node node)
    {
        if (TakeSlot(node, G3JoiningKind.Join))
        {
            modem.Say(G3Message.JoinRequest, node.Eui);
        }
    }

    /// <summary><c>EUI-64, short address</c>; FFFF declines.</summary>
    internal void Assign(byte[] parameters)
    {
        var at = _slots.FindIndex(slot => slot.Node.Eui.SequenceEqual(parameters.AsSpan(0, 8)) && slot.Short is null && slot.Until > modem.Network.Time.Now);
        if (at < 0)
        {
            return;
        }

        var shortAddress = BinaryPrimitives.ReadUInt16BigEndian(parameters.AsSpan(8));
        var slot = _slots[at];
        if (shortAddress == Declines)
        {
            _slots.RemoveAt(at);
            modem.Network.Line.Control(slot.Node.Place, false, G3Network.ShortMessage, _ => { });
            return;
        }

        if (slot.Kind != G3JoiningKind.Join && slot.Node.Short is null)
        {
            _slots.RemoveAt(at); // it left meanwhile
            return;
        }

        slot = slot with { Short = slot.Kind == G3JoiningKind.Join ? shortAddress : slot.Node.Short, Psk = modem.Bootstrap[G3AttributeTable.Psk] };
        _slots[at] = slot;
        Go(slot, 0);
    }

    /// <summary><c>short address, EUI-64</c>. Nothing confirms it.</summary>
    internal void Kick(byte[] parameters)
    {
        var shortAddress = BinaryPrimitives.ReadUInt16BigEndian(parameters);
        modem.HearKick(shortAddress);
        if (modem.Network.Find(parameters.AsSpan(2, 8)) is { } node && node.Short == shortAddress && node.Pan == modem.Pan)
        {
            modem.Network.Line.Control(node.Place, false, G3Network.ShortMessage, modem.Whenever<bool>(ok =>
            {
                if (ok && node.Short == shortAddress)
                {
                    modem.Network.Dismiss(node);
                }
            }));
        }
    }

    /// <summary><c>short address, EUI-64, distribute</c>: gives a node the new key, or has it use it.</summary>
    internal void Rekey(byte[] parameters)
    {
        var kind = parameters[10] != 0 ? G3JoiningKind.Distribute : G3JoiningKind.Activate;
        if (!modem.IsStarted || !_isRekeying || modem.Network.Find(parameters.AsSpan(2, 8)) is not { } node || node.Short != BinaryPrimitives.ReadUInt16BigEndian(parameters)
            || node.Pan != modem.Pan || !TakeSlot(node, kind))
        {
            return;
        }

        modem.Network.Line.Control(node.Place, false, G3Network.ShortMessage, modem.Whenever<bool>(asked =>
        {
            if (!asked)
            {
                Free(node);
                return;
            }

            modem.Network.Line.Control(node.Place, true, G3Network.ShortMessage, modem.Whenever<bool>(answered =>
            {
                if (answered)
                {
                    modem.Say(G3Message.JoinRequest, node.Eui);
                }
                else
                {
                    Free(node);
                }
            }));
        }));
    }

    internal void SetPhase(byte[] parameters) => _isRekeying = parameters[0] != 0;

    /// <summary>The new key is the network's from now on: the active index is the other one.</summary>
    internal void ActivateNewKey()
    {
        var index = (byte)(ActiveIndex ^ 1);
        modem.Bootstrap.Keep(G3AttributeTable.Gmk, index, modem.Bootstrap[G3AttributeTable.NextGmk]);
        modem.Adaptation.Keep(G3AttributeTable.ActiveKeyIndex, [index]);
    }

    private bool _isRekeying;

    private byte ActiveIndex => modem.Adaptation[G3AttributeTable.ActiveKeyIndex] is [var index] ? (byte)(index & 1) : (byte)0;

    private TimeSpan Timeout => TimeSpan.FromSeconds(modem.Bootstrap.Short(G3AttributeTable.MessageTimeout));

    private bool TakeSlot(G3Node node, G3JoiningKind kind)
    {
        var now = modem.Network.Time.Now;
        _slots.RemoveAll(slot => slot.Until <= now || (slot.Node == node && slot.Short is null));
        if (_slots.Exists(slot => slot.Node == node) || _slots.Count >= modem.Network.Plan.JoinSlots)
        {
            return false;
        }

        _slots.Add(new G3Joining(node, kind, now + Timeout));
        return true;
    }

    private void Free(G3Node node) => _slots.RemoveAll(slot => slot.Node == node);

    /// <summary>One message after another; where one is lost for good, the slot is free and the node has to begin anew.</summary>
    private void Go(G3Joining slot, int step)
    {
        if (step == ProofAt && !slot.Psk.AsSpan().SequenceEqual(slot.Node.Psk))
        {
            Free(slot.Node); // the node's proof does not fit: it is turned away, and the host hears nothing of it
            modem.Network.Line.Control(slot.Node.Place, false, G3Network.ShortMessage, _ => { });
            return;
        }

        if (step == Exchange.Length)
        {
            Complete(slot);
            return;
        }

        modem.Network.Line.Control(slot.Node.Place, Exchange[step].IsUp, Exchange[step].Octets, modem.Whenever<bool>(ok =>
        {
            if (ok && _slots.Contains(slot) && slot.Until > modem.Network.Time.Now)
            {
                Go(slot, step + 1);
            }
            else
            {
                _slots.Remove(slot);
            }
        }));
    }

    private void Complete(G3Joining slot)
    {
        var (node, shortAddress) = (slot.Node, slot.Short!.Value);
        Free(node);
        switch (slot.Kind)
        {
            case G3JoiningKind.Join:
                for (ushort index = 0; index < 2; index++)
                {
                    if (modem.Bootstrap[G3AttributeTable.Gmk, index] is { Length: 16 } key)
                    {
                        node.Take(index, key);
                    }
                }

                modem.Network.Admit(node, modem.Pan, shortAddress, ActiveIndex, modem.Memory.FrameCounter);
                modem.Learn(shortAddress);
                break;
            case G3JoiningKind.Distribute:
                node.Take(ActiveIndex ^ 1, modem.Bootstrap[G3AttributeTable.NextGmk]);
                break;
            default:
                node.Activate((byte)(ActiveIndex ^ 1));
                break;
        }

        modem.Say(G3Message.JoinComplete, [.. node.Eui, (byte)(shortAddress >> 8), (byte)shortAddress]);
    }
}
