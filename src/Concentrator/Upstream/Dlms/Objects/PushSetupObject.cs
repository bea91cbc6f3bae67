using System.Text;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>Where the box pushes to.</summary>
/// <param name="Host">Address; empty for nowhere.</param>
/// <param name="Retries">How often a push is tried again.</param>
/// <param name="DelaySeconds">How long between.</param>
internal sealed record PushTarget(string Host, int Port, int Retries, int DelaySeconds)
{
    internal static PushTarget Nowhere { get; } = new("", 0, 3, 60);
}

/// <summary>
/// Class 40: on alarm (0-4:25.9.0). What is written is judged at once, kept durably before it is answered, and holds from then on. Its object list is fixed: what an alarm of the box holds.
/// </summary>
/// <param name="kept">What was kept before: attribute octets in the order written by <see cref="ToOctets"/>.</param>
/// <param name="mayGoTo">Whether the box may call an address.</param>
internal sealed class PushSetupObject(ReadOnlyMemory<byte> kept, Func<string, bool> mayGoTo) : CosemObject(40, 0, new Obis(0, 4, 25, 9, 0, 255))
{
    private const byte Tcp = 0, AXdr = 0;
    private const int LongestDestination = 80;
    private readonly Lock _lock = new();
    private byte[][] _values = Parse(kept) ?? [[0x02, 3, 0x16, Tcp, 0x09, 0, 0x16, AXdr], [0x01, 0], [0x12, 0, 0], [0x11, 3], [0x12, 0, 60]];

    /// <summary>What is pushed: the box's name, which meter, which of its logs, number, time and words of the event.</summary>
    internal static IReadOnlyList<CaptureObject> Pushed { get; } =
    [
        new(40, new Obis(0, 4, 25, 9, 0, 255), 1, 0), new(1, new Obis(0, 0, 42, 0, 0, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 11, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 6, 255), 2, 0),
        new(1, new Obis(0, 0, 96, 11, 1, 255), 2, 0), new(1, new Obis(0, 0, 96, 128, 7, 255), 2, 0), new(1, new Obis(0, 0, 96, 13, 1, 255), 2, 0),
    ];

    /// <summary>It was written, and what is kept is not that yet.</summary>
    internal bool IsChanged { get; private set; }

    /// <summary>Where it points now.</summary>
    internal PushTarget Target
    {
        get
        {
            lock (_lock)
            {
                var destination = DestinationIn(_values[0]) ?? "";
                var at = destination.LastIndexOf(':');
                return at < 0 ? PushTarget.Nowhere : new PushTarget(destination[..at], int.Parse(destination.AsSpan(at + 1), System.Globalization.CultureInfo.InvariantCulture), _values[3][1], (_values[4][1] << 8) | _values[4][2]);
            }
        }
    }

    public override int Attributes => 7;

    public override int Methods => 1;

    public override AccessRight RightOn(int attribute) => attribute is 1 or 2 ? AccessRight.Read : AccessRight.Read | AccessRight.Write;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (attribute == 2)
        {
            var to = new DataWriter();
            CaptureObject.WriteList(to, Pushed);
            return Result(to.ToArray());
        }

        lock (_lock)
        {
            return attribute is >= 3 and <= 7 ? Result([.. _values[attribute - 3]]) : Error(Undefined);
        }
    }

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (attribute is < 3 or > 7 || !IsOne(attribute, value.Span))
        {
            return TypeUnmatched;
        }

        if (attribute == 3 && DestinationIn(value.Span) is not { } destination)
        {
            return OtherReason;
        }
        else if (attribute == 3 && DestinationIn(value.Span) is { Length: > 0 } named && !mayGoTo(named[..named.LastIndexOf(':')]))
        {
            return ScopeViolated; // a head-end that was taken over would make the box knock at other doors
        }

        lock (_lock)
        {
            _values = [.. _values];
            _values[attribute - 3] = value.ToArray();
            IsChanged = true;
        }

        return Success;
    }

    /// <summary>What is to be kept, and that it is from now on.</summary>
    internal byte[] Keep()
    {
        lock (_lock)
        {
            IsChanged = false;
            return ToOctets(_values);
        }
    }

    /// <summary>It could not be kept: what was there before holds.</summary>
    internal void Restore(ReadOnlyMemory<byte> before)
    {
        lock (_lock)
        {
            (_values, IsChanged) = (Parse(before) ?? _values, false);
        }
    }

    /// <summary>What holds now, as it is kept.</summary>
    internal byte[] Octets
    {
        get
        {
            lock (_lock)
            {
                return ToOctets(_values);
            }
        }
    }

    /// <summary>Attributes 3 to 7, as one array.</summary>
    private static byte[] ToOctets(byte[][] values) => values.Aggregate(new DataWriter().Structure(values.Length), (to, value) => to.Raw(value)).ToArray();

    private static byte[][]? Parse(ReadOnlyMemory<byte> octets)
    {
        var reader = new AXdrReader(octets.Span);
        if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 5 })
        {
            return null;
        }

        var values = new byte[5][];
        for (var i = 0; i < values.Length; i++)
        {
            var at = reader.Position;
            if (!reader.TrySkip())
            {
                return null;
            }

            values[i] = octets[at..reader.Position].ToArray();
            if (!IsOne(i + 3, values[i]))
            {
                return null;
            }
        }

        return values;
    }

    private static bool IsOne(int attribute, ReadOnlySpan<byte> value) => AXdrReader.IsOneData(value) && attribute switch
    {
        3 => value is [0x02, 3, 0x16, _, 0x09, ..] && value.Length <= LongestDestination + 8,
        4 => value is [0x01, 0], // no windows: an alarm goes at once
        5 or 7 => value is [0x12, _, _],
        _ => value is [0x11, _],
    };

    /// <summary>The destination; empty for nowhere, null for one that is none of host:port over TCP with A-XDR in it.</summary>
    private static string? DestinationIn(ReadOnlySpan<byte> value)
    {
        if (value is not [0x02, 3, 0x16, Tcp, 0x09, < 0x80 and var length, ..] || value.Length != 8 + length || value[^2] != 0x16 || value[^1] != AXdr)
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(value.Slice(6, length));
        var colon = text.LastIndexOf(':');
        return text.Length == 0 ? text : colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port) && port > 0 ? text : null;
    }
}
