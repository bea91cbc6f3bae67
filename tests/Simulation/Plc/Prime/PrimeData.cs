using System.Buffers.Binary;
using Simulation.Plc.Medium;
using static Simulation.Plc.Prime.PrimeSay;

namespace Simulation.Plc.Prime;

/// <summary>Data of the 4-32 layer: one request is under way at a time; its confirm (39) comes before the answer of the meter (38).</summary>
internal sealed class PrimeData(PrimeModem modem, PrimeBase node)
{
    private const byte Ok = 0x00, TimedOut = 0x02, Busy = 0xC2, Closed = 0x83, BadDestination = 0xC3;
    private const ushort ToAll = 0x0FFF;
    private const int Head = 7; // command, two LSAPs, address, length
    private const byte MeterLsap = 1, BroadcastClient = 102;
    private bool _isBusy;

    internal void Request(byte[] request)
    {
        if (request.Length < Head || request.Length != Head + BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(5)) + 1)
        {
            return;
        }

        var (meterLsap, client, address) = (request[1], request[2], BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(3)));
        var apdu = request[Head..^1];
        modem.DataRequests++;
        if (_isBusy)
        {
            modem.Say(DataConfirm(meterLsap, client, address, Busy)); // which of the busy codes a base node uses is not known from a source
            return;
        }

        if (address == ToAll)
        {
            Begin();
            modem.Network.Line.Broadcast(apdu.Length, reached => End(meterLsap, client, address, Ok, () => TellAll(reached, client, apdu)));
            return;
        }

        if (node.Table.Find(address) is not { } entry)
        {
            modem.Say(DataConfirm(meterLsap, client, address, node.Table.IsClosed(address) ? Closed : BadDestination));
            return;
        }

        Begin();
        modem.Network.Line.Down(entry.Node.Place, apdu.Length, ok =>
        {
            var isThere = ok && entry.Node.Entry == entry; // a node that began anew does not know the connection
            End(meterLsap, client, address, !isThere ? TimedOut : entry.IsGone ? Closed : Ok, () => Tell(entry, meterLsap, client, apdu));
        });
    }

    private void Begin() => _isBusy = true;

    private void End(byte meterLsap, byte client, ushort address, byte status, Action then)
    {
        _isBusy = false;
        if (modem.Base != node)
        {
            return; // it was reset meanwhile, and knows of nothing
        }

        modem.Say(DataConfirm(meterLsap, client, address, status));
        if (status == Ok)
        {
            then();
        }
    }

    private void Tell(PrimeEntry entry, byte meterLsap, byte client, byte[] apdu)
    {
        if (meterLsap == MeterLsap)
        {
            entry.Node.Meter?.Ask(client, apdu, answer => Answer(entry, client, answer));
        }
    }

    private void Answer(PrimeEntry entry, byte client, byte[] answer)
    {
        var meter = entry.Node.Meter!;
        if (entry.IsGone || entry.Node.Entry != entry || !entry.Node.Place.IsPresent)
        {
            meter.Tell("absent");
            return;
        }

        modem.Network.Line.Up(entry.Node.Place, answer.Length, ok =>
        {
            var lost = modem.Lost;
            if (ok && modem.Base == node && entry.Address is { } address)
            {
                modem.Say(Data(client, MeterLsap, address, answer));
                meter.Tell(modem.Lost == lost ? null : "lost: modem");
            }
            else
            {
                meter.Tell(ok ? "lost: modem" : entry.Node.Place.IsPresent ? "lost: power line" : "absent");
            }
        });
    }

    private void TellAll(IReadOnlyList<PlcNode> reached, byte client, byte[] apdu)
    {
        foreach (var place in reached)
        {
            if (modem.Network.Find(place.EuiOctets.Span) is { Entry: { IsGone: false, Address: not null } } one)
            {
                one.Meter?.Ask(client == 0 ? BroadcastClient : client, apdu, _ => { }); // nobody answers to all
            }
        }
    }
}
