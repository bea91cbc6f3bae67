using System.Globalization;

namespace Metering;

/// <summary>
/// Which of a source's values this is: with the row's key it is the identity of a value.
/// COSEM: <c>3/1-0:1.8.0*255/2.0</c>; M-Bus: the DIF/DIFE/VIF/VIFE octets in hex, <c>#2</c> for a second record with the same octets;
/// maker's field: <c>x:name</c>.
/// </summary>
public readonly struct ColumnId : IEquatable<ColumnId>
{
    private readonly ReadOnlyMemory<byte> _dib;
    private readonly string? _name;
    private readonly ulong _obis;
    private readonly ushort _class;
    private readonly byte _attribute;
    private readonly ushort _index;

    private ColumnId(ReadOnlyMemory<byte> dib, string? name, Obis obis, ushort classId, byte attribute, ushort index)
    {
        _dib = dib;
        _name = name;
        _obis = obis.Packed;
        _class = classId;
        _attribute = attribute;
        _index = index;
    }

    /// <summary>An M-Bus record by its DIF/DIFE/VIF/VIFE octets; <paramref name="ordinal"/> counts records with the same octets from 1.</summary>
    public static ColumnId ForDib(ReadOnlyMemory<byte> dib, ushort ordinal = 1) => new(dib, null, default, 0, 0, ordinal);

    /// <summary>A maker's field that stands in no record.</summary>
    public static ColumnId ForName(string name) => new(default, name, default, 0, 0, 0);

    /// <summary>An attribute of a COSEM object; <paramref name="index"/> selects an element, 0 the whole.</summary>
    public static ColumnId ForAttribute(ushort classId, Obis obis, byte attribute, ushort index) => new(default, null, obis, classId, attribute, index);

    /// <summary>DIF/DIFE/VIF/VIFE octets; empty for the other forms.</summary>
    public ReadOnlyMemory<byte> Dib => _dib;

    /// <summary>Maker's field name, or null.</summary>
    public string? Name => _name;

    /// <summary>COSEM class, 0 for the other forms.</summary>
    public ushort ClassId => _class;

    /// <summary>COSEM attribute, 0 for the other forms.</summary>
    public byte Attribute => _attribute;

    /// <summary>COSEM element, or which of several M-Bus records with the same octets (from 1).</summary>
    public ushort Index => _index;

    /// <summary>The COSEM logical name; none for the other forms.</summary>
    public Obis Obis => Obis.FromPacked(_obis);

    /// <summary>The same id with octets of its own.</summary>
    public ColumnId Owned() => _dib.IsEmpty ? this : ForDib(_dib.ToArray(), _index);

    /// <inheritdoc/>
    public bool Equals(ColumnId other) =>
        _obis == other._obis && _class == other._class && _attribute == other._attribute && _index == other._index
        && _name == other._name && _dib.Span.SequenceEqual(other._dib.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ColumnId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_obis);
        hash.Add(_index);
        hash.Add(_name);
        hash.AddBytes(_dib.Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(ColumnId left, ColumnId right) => left.Equals(right);
    public static bool operator !=(ColumnId left, ColumnId right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_name is not null)
        {
            return "x:" + _name;
        }

        if (_class != 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{_class}/{Obis}/{_attribute}.{_index}");
        }

        var hex = Convert.ToHexString(_dib.Span);
        return _index <= 1 ? hex : string.Create(CultureInfo.InvariantCulture, $"{hex}#{_index}");
    }
}
