using System.Buffers.Binary;
using static Simulation.Plc.Prime.PrimeSay;

namespace Simulation.Plc.Prime;

/// <summary>
/// A PRIME base node as a modem on a serial port (plc-modems 3): it keeps one request and drops further ones without a word, says nothing to what is damaged or unknown, and loses answers that are
/// too long for its buffers. All of it happens on the line's time.
/// </summary>
public sealed class PrimeModem : IPlcModem
{
    private const byte Api = 0x30, LastOfManagement = 0x07;
    private const int LongestRequest = 1020, SendBuffer = 1021;
    private readonly PrimeNetwork _network;
    private readonly SimUsiFramer _framer = new();
    private readonly Random _random;
    private readonly PrimePlan _plan;
    private PrimeData? _data;
    private byte[]? _slot;
    private bool _hasPower, _isReady;
    private int _life, _overruns;

    /// <summary>A base node with its power off.</summary>
    /// <param name="plan">How it behaves; null: as its network. Another SNA makes it another modem.</param>
    public PrimeModem(PrimeNetwork network, PrimePlan? plan = null)
    {
        (_network, _plan) = (network, plan ?? network.Plan);
        Sna = Convert.FromHexString(_plan.Sna);
        _random = new Random(unchecked((_plan.Seed * 13) + Sna[^1]));
        Attributes = new PrimeAttributes(this);
    }

    public Action<byte[]>? ToHost { get; set; }

    /// <summary>The address of its subnetwork.</summary>
    public byte[] Sna { get; }

    /// <summary>It answers requests.</summary>
    public bool IsReady => _isReady;

    /// <summary>It stopped: nothing but taking its power away helps.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Requests that came while it still had one.</summary>
    public int Dropped { get; private set; }

    /// <summary>Answers that were too long for its buffers.</summary>
    public int Lost { get; private set; }

    /// <summary>Frames of the host that were damaged, and got no answer.</summary>
    public int Damaged => _framer.Damaged;

    /// <summary>Data requests it took.</summary>
    public long DataRequests { get; internal set; }

    /// <summary>Its network; null without power.</summary>
    public PrimeBase? Base { get; private set; }

    internal PrimeAttributes Attributes { get; }

    internal PrimePlan Plan => _plan;

    internal PrimeNetwork Network => _network;

    public void Take(ReadOnlySpan<byte> octetsFromHost)
    {
        var octets = octetsFromHost.ToArray();
        _network.Time.Post(() => Hear(octets));
    }

    public void PowerOff() => _network.Time.Post(Off);

    public void PowerOn() => _network.Time.Post(() =>
    {
        if (!_hasPower)
        {
            _hasPower = true;
            Boot();
        }
    });

    /// <summary>It stops: it takes nothing and says nothing until its power was off.</summary>
    public void Stop() => _network.Time.Post(() => IsStopped = true);

    /// <summary>It starts again by itself.</summary>
    public void Reboot() => _network.Time.Post(() =>
    {
        if (_hasPower)
        {
            Off();
            _hasPower = true;
            Boot();
        }
    });

    /// <summary>Says something to the host, where it still fits.</summary>
    internal void Say(byte[] payload) => Say(Api, payload);

    internal void Say(byte protocol, byte[] payload)
    {
        if (!_isReady || IsStopped)
        {
            return;
        }

        var frame = payload.Length <= SendBuffer ? SimUsi.Frame(protocol, payload) : [];
        if (frame.Length is 0 or > SimUsi.WriteBuffer)
        {
            Lost++; // only its log knows
            return;
        }

        ToHost?.Invoke(frame);
    }

    /// <summary>Does something after the time that its answers take, if it still lives then.</summary>
    internal void Soon(Action action, int turn = 0)
    {
        var life = _life;
        _network.Time.After(TimeSpan.FromMilliseconds(turn + 1 + (4 * _random.NextDouble())), () =>
        {
            if (life == _life && _isReady && !IsStopped)
            {
                action();
            }
        });
    }

    /// <summary>Its network begins anew, with empty tables.</summary>
    internal void Restart()
    {
        var admission = Base?.Admission ?? new PrimeAdmission();
        Base?.End();
        Base = new PrimeBase(_network, admission, Say, ++_life);
        _data = new PrimeData(this, Base);
        _network.HearStart(Base);
    }

    private void Off()
    {
        (_hasPower, _isReady, IsStopped, _slot) = (false, false, false, null);
        _life++;
        _framer.Drop();
        Base?.End();
        (Base, _data) = (null, null);
    }

    private void Boot()
    {
        var life = ++_life;
        Attributes.Reset();
        _network.Time.After(_plan.Boots, () =>
        {
            if (life == _life)
            {
                _isReady = true;
                Restart();
                Say(Event(Rebooted, null, []));
            }
        });
    }

    private void Hear(byte[] octets)
    {
        if (!_hasPower || IsStopped)
        {
            return;
        }

        _framer.Take(octets);
        if (_framer.Overruns > _overruns)
        {
            _overruns = _framer.Overruns;
            IsStopped = _plan.StopsOnOverrun; // it has written over its own memory
        }

        while (_framer.TryRead(out var protocol, out var payload))
        {
            Receive(protocol, payload);
        }
    }

    private void Receive(byte protocol, byte[] payload)
    {
        if (!_isReady || IsStopped || payload.Length > LongestRequest)
        {
            return;
        }

        if (protocol <= LastOfManagement)
        {
            Soon(() => PrimeManagement.Obey(this, protocol, payload));
        }
        else if (protocol == Api)
        {
            if (_slot is not null)
            {
                Dropped++;
                return;
            }

            _slot = payload;
            Soon(() =>
            {
                var request = _slot;
                _slot = null;
                if (request is not null)
                {
                    Obey(request);
                }
            });
        }
    }

    private void Obey(byte[] request)
    {
        var from = request.AsSpan(1);
        ushort Word(int at) => BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(at));
        switch (request[0])
        {
            case 0x37:
                _data!.Request(request);
                break;
            case 0x35 when request.Length == 3:
                Base!.Release(Word(1));
                break;
            case 0x2B:
                Say([0x2C, 0]);
                Restart();
                break;
            case 0x2D when request.Length == 3:
                Say(Attributes.Get(Word(1)) is { } value ? Value(0, Word(1), value) : Value(PrimeAttributes.BadAttribute, Word(1), []));
                break;
            case 0x31 when request.Length > 3 && request.Length == 4 + request[3]:
                Say([0x32, Attributes.Set(Word(1), from[3..])]);
                break;
            case 0x2F when request.Length == 3:
                List(Word(1));
                break;
            case 0x25 or 0x6E when request.Length >= 8:
                Say([(byte)(request[0] + 1), Attributes.Promote(from[..6])]);
                break;
            case 0x5B or 0x5C when request.Length == 7:
                Admit(request[0] == 0x5B, from);
                break;
            case 0x1B when request.Length == 5: // PLME: only the channel is there
                Say(Word(1) == 0x8090 ? [0x1C, 0, .. from[..2], 1, 1, .. from[2..]] : [0x1C, 2, .. from[..2], 0, .. from[2..]]);
                break;
            default:
                break; // no error replies at all
        }
    }

    private void Admit(bool adds, ReadOnlySpan<byte> eui)
    {
        var known = true;
        if (adds)
        {
            Base!.Admission.Add(eui);
        }
        else
        {
            known = Base!.Admission.Remove(eui);
        }

        Say([0x5D, adds ? (byte)0x5B : (byte)0x5C, known ? (byte)0 : (byte)1]);
    }

    private void List(ushort attribute)
    {
        if (PrimeLists.Of(attribute, Base!.Table, Sna) is not { } records)
        {
            Say(Part(PrimeAttributes.BadAttribute, attribute, []));
            return;
        }

        var turn = 0;
        foreach (var part in records.Chunk(_plan.RecordsInPart))
        {
            byte[] all = [.. part.SelectMany(record => record)];
            Soon(() => Say(Part(0, attribute, all)), 5 * turn++);
        }

        Soon(() => Say(Part(0, attribute, [])), 5 * turn);
    }
}
