using System.Globalization;
using Metering;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// What is known of one kind of meter's pushes and stands in none of them. A data file, a line a fact:
/// <code>
/// name kaifa-nve
/// text KFM_001                  the first text of the body begins so
/// title LGZ                     so does the sender's system title
/// form places                   the body has this form: places, listed, names, descriptors
/// list 13                       what the places of a body of so many elements mean:
/// at 1 1/1-3:0.2.8*255/2
/// at 4 3/1-0:1.7.0*255/2 0 W    with scaler and unit
/// unit 1-*:1.8.* 1 Wh           scaler and unit of names that come without
/// text-at last 1/0-0:96.1.0*255/2    what a text without name is, by its place
/// </code>
/// All of text, title, form and list that are there must hold. A list without text and title is for bodies that say nothing of themselves.
/// </summary>
public sealed class PushLayout
{
    private readonly Dictionary<int, Dictionary<int, (CaptureObject Object, ScalerUnit? Scale)>> _lists = [];
    private readonly List<(ObisPattern Pattern, ScalerUnit Scale)> _units = [];
    private readonly Dictionary<int, CaptureObject> _texts = [];
    private Dictionary<int, (CaptureObject, ScalerUnit?)>? _open;
    private string? _text, _title;
    private PushForm? _form;

    private PushLayout()
    {
    }

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Reads a data file.</summary>
    /// <param name="fault">Which line is wrong, and how; null where none is.</param>
    public static PushLayout? Parse(string file, out string? fault)
    {
        var layout = new PushLayout();
        var number = 0;
        foreach (var line in file.Split('\n'))
        {
            number++;
            var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0 && !layout.Take(words))
            {
                fault = $"line {number} of the push layout is not understood: {line.Trim()}";
                return null;
            }
        }

        fault = layout.Name.Length == 0 ? "the push layout has no name" : null;
        return fault is null ? layout : null;
    }

    /// <summary>True where the body is of this layout.</summary>
    /// <param name="text">The first text of the body, empty for none.</param>
    /// <param name="title">The sender's system title, empty for none.</param>
    internal bool Fits(PushForm form, string text, string title, int elements) =>
        (_form is null || _form == form) && (_text is null || text.StartsWith(_text, StringComparison.Ordinal)) && (_title is null || title.StartsWith(_title, StringComparison.Ordinal))
        && (form != PushForm.Places || _lists.ContainsKey(elements));

    /// <summary>What stands at a place, from 1.</summary>
    internal bool TryPlace(int elements, int place, out CaptureObject found, out ScalerUnit? scale)
    {
        (found, scale) = (default, null);
        if (!_lists.TryGetValue(elements, out var list) || !list.TryGetValue(place, out var known))
        {
            return false;
        }

        (found, scale) = known;
        return true;
    }

    /// <summary>Scaler and unit of a name; null where the layout does not say.</summary>
    internal ScalerUnit? ScaleOf(Obis name)
    {
        foreach (var (pattern, scale) in _units)
        {
            if (pattern.Fits(name))
            {
                return scale;
            }
        }

        return null;
    }

    /// <summary>What a text without name is; none where the layout does not say.</summary>
    internal CaptureObject TextAt(int place, bool isLast) =>
        _texts.TryGetValue(place, out var known) || (isLast && _texts.TryGetValue(0, out known)) ? known : default;

    private bool Take(string[] words)
    {
        switch (words)
        {
            case ["name", var name]:
                Name = name;
                return true;
            case ["text", var text]:
                _text = text;
                return true;
            case ["title", var title]:
                _title = title;
                return true;
            case ["form", "places" or "listed" or "names" or "descriptors"]:
                _form = Enum.Parse<PushForm>(words[1], ignoreCase: true);
                return true;
            case ["list", var count] when int.TryParse(count, out var elements) && elements > 0:
                _lists[elements] = _open = [];
                return true;
            case ["at", var place, var what, .. var scale] when _open is not null && int.TryParse(place, out var at) && PushObjects.TryParse(what, out var value):
                return TryScale(scale, out var known) && _open.TryAdd(at, (value, known));
            case ["unit", var pattern, .. var scale] when TryScale(scale, out var sure) && sure is { } one:
                _units.Add((ObisPattern.Parse(pattern), one));
                return !_units[^1].Pattern.IsNone;
            case ["text-at", var place, var what] when PushObjects.TryParse(what, out var text) && (place == "last" || int.TryParse(place, out _)):
                return _texts.TryAdd(place == "last" ? 0 : int.Parse(place, CultureInfo.InvariantCulture), text);
            default:
                return false;
        }
    }

    private static bool TryScale(string[] words, out ScalerUnit? scale)
    {
        scale = null;
        if (words.Length == 0)
        {
            return true;
        }

        if (words is not [var scaler, var symbol] || !sbyte.TryParse(scaler, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || !Unit.TryParse(symbol, out var unit))
        {
            return false;
        }

        scale = new ScalerUnit(power, unit);
        return true;
    }
}
