using System.Text;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// Finds out what the values of a notification body are. There is no standard that all follow: meters send their push object list with the values, names before values, descriptors
/// before values, or values alone. What only a layout or a configured object list can explain is refused by name where neither is there.
/// </summary>
internal sealed class PushBody
{
    private const int MostElements = 2048, NameLength = 6;
    private readonly List<PushElement> _top = [];
    private readonly List<PushValue> _values = [];

    /// <summary>The values, in the order of the body.</summary>
    internal IReadOnlyList<PushValue> Values => _values;

    /// <summary>How the body tells what they are.</summary>
    internal PushForm Form { get; private set; }

    /// <summary>The layout that explained it; null where none was needed.</summary>
    internal PushLayout? Layout { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <param name="title">The sender's system title; empty where it told none.</param>
    /// <param name="objects">The push object list as it is configured; null for none.</param>
    /// <returns>Null, or why its values cannot be told, and what to do.</returns>
    internal string? Read(ReadOnlySpan<byte> body, ReadOnlySpan<byte> title, IReadOnlyList<PushLayout> layouts, IReadOnlyList<CaptureObject>? objects)
    {
        _top.Clear();
        _values.Clear();
        var letters = title.Length >= 3 ? Encoding.Latin1.GetString(title[..3]) : "";
        if (DescriptorBody.TryRead(body, _values))
        {
            Form = PushForm.Descriptors;
        }
        else if (!TryTop(body))
        {
            return $"the body is no list of values: {body.Length} octets";
        }
        else if (_top[0].Tag == AXdrTag.Array && TryListed(body))
        {
            Form = PushForm.Listed;
        }
        else if (objects is not null && objects.Count == _top.Count)
        {
            Form = PushForm.Listed;
            AddByPlace(objects);
        }
        else if (NamedBody.TryRead(body, _top, _values))
        {
            Form = PushForm.Names;
        }
        else
        {
            Form = PushForm.Places;
        }

        var text = FirstText(body);
        Layout = layouts.FirstOrDefault(layout => layout.Fits(Form, text, letters, _top.Count));
        if (Form == PushForm.Places)
        {
            return AddByLayout(text);
        }

        Scale(body);
        return null;
    }

    /// <summary>The elements of the outer array or structure; a body of one value is a list of one.</summary>
    private bool TryTop(ReadOnlySpan<byte> body)
    {
        var reader = new AXdrReader(body);
        if (!reader.TryItem(out var head))
        {
            return false;
        }

        if (head.Tag is not (AXdrTag.Array or AXdrTag.Structure))
        {
            _top.Add(new PushElement(head.Tag, 0, 0, reader.Position));
            return true;
        }

        for (var i = 0; i < head.Count && i < MostElements; i++)
        {
            var at = reader.Position;
            var peek = new AXdrReader(body[at..]);
            if (!peek.TryItem(out var item))
            {
                return false;
            }

            if (!reader.TrySkip())
            {
                reader = new AXdrReader(body); // one meter (Landis+Gyr ZMF100) swaps tag and length of names
                reader.TryOctets(at, out _);
                if (!NamedBody.TrySkipSwapped(ref reader, body))
                {
                    return false;
                }
            }

            _top.Add(new PushElement(item.Tag, item.Count, at, reader.Position - at));
        }

        return _top.Count == head.Count && head.Count > 0 && reader.Remaining == 0;
    }

    /// <summary>The first value is the list itself, or a list of those that follow.</summary>
    private bool TryListed(ReadOnlySpan<byte> body)
    {
        if (PushObjects.Read(body.Slice(_top[0].At, _top[0].Length)) is not { } objects || (objects.Length != _top.Count && objects.Length != _top.Count - 1))
        {
            return false;
        }

        if (objects.Length == _top.Count - 1)
        {
            _top.RemoveAt(0);
        }

        AddByPlace(objects);
        return true;
    }

    private void AddByPlace(IReadOnlyList<CaptureObject> objects)
    {
        for (var i = 0; i < objects.Count; i++)
        {
            _values.Add(new PushValue(objects[i], _top[i].At, _top[i].Length, null));
        }
    }

    private string? AddByLayout(string text)
    {
        if (Layout is null)
        {
            return $"a body of {_top.Count} values without names{(text.Length == 0 ? "" : $", whose first text is \"{Printable(text)}\"")}, is in no push layout: "
                + "set push-objects = [..] for this driver to the meter's push object list (class 40, attribute 2)";
        }

        for (var i = 0; i < _top.Count; i++)
        {
            var known = Layout.TryPlace(_top.Count, i + 1, out var found, out var scale);
            _values.Add(new PushValue(found, _top[i].At, _top[i].Length, scale) { Place = known ? 0 : i + 1 });
        }

        return null;
    }

    /// <summary>Gives scaler and unit by the layout where the body has none, and names to texts that have none.</summary>
    private void Scale(ReadOnlySpan<byte> body)
    {
        for (var i = 0; i < _values.Count; i++)
        {
            var value = _values[i];
            if (Layout is not null && value.Object.Name.IsNone && (AXdrTag)body[value.At] is AXdrTag.OctetString or AXdrTag.VisibleString && Layout.TextAt(value.Place, i == _values.Count - 1) is { ClassId: > 0 } text)
            {
                _values[i] = value with { Object = text, Place = 0 };
            }
            else if (value.Scale is null && Layout?.ScaleOf(value.Object.Name) is { } scale)
            {
                _values[i] = value with { Scale = scale };
            }
        }
    }

    private string FirstText(ReadOnlySpan<byte> body)
    {
        for (var i = 0; i < Math.Min(2, _top.Count); i++)
        {
            var reader = new AXdrReader(body[_top[i].At..]);
            if (_top[i].Tag == AXdrTag.Structure)
            {
                reader.TryItem(out _);
                reader.TryItem(out _);
            }

            if (reader.TryItem(out var item) && item.Tag is AXdrTag.VisibleString or AXdrTag.OctetString or AXdrTag.Utf8String && item.Content.Length is > 2 and not NameLength and not CosemTime.Size)
            {
                return Encoding.Latin1.GetString(item.Content[..Math.Min(item.Content.Length, 64)]);
            }
        }

        return "";
    }

    private static string Printable(string text) => string.Concat(text.Select(letter => letter is >= ' ' and <= '~' ? letter : '.'));
}
