using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>One value of a push body: what it is of, and where its Data lies.</summary>
/// <param name="Object">Class, logical name, attribute; a name of none where only the place in the body is known.</param>
/// <param name="At">Where the Data begins.</param>
/// <param name="Length">Its octets with tag.</param>
/// <param name="Scale">Scaler and unit as sent, or of the layout; null where nobody says.</param>
internal readonly record struct PushValue(CaptureObject Object, int At, int Length, ScalerUnit? Scale)
{
    /// <summary>Place in the body, from 1, of a value without name.</summary>
    internal int Place { get; init; }
}

/// <summary>One element at the top of a body.</summary>
/// <param name="Tag">Its type.</param>
/// <param name="Count">Elements in it.</param>
/// <param name="At">Where it begins.</param>
/// <param name="Length">Its octets with tag.</param>
internal readonly record struct PushElement(AXdr.AXdrTag Tag, int Count, int At, int Length);

/// <summary>How a body tells what its values are.</summary>
public enum PushForm : byte
{
    /// <summary>Not at all: by their place, which a layout or the push object list explains.</summary>
    Places,
    /// <summary>The push object list is the body's own first value.</summary>
    Listed,
    /// <summary>A name in front of each value: pairs, triples with scaler and unit, or structures of these.</summary>
    Names,
    /// <summary>Class, name and attribute in front of each value, as nine octets without tags.</summary>
    Descriptors,
}
