using System.Globalization;

namespace Concentrator.Store.View;

/// <summary>One value in a day block: its exact text, kept as a number where it is one.</summary>
internal readonly record struct BlockValue
{
    private readonly string? _text;

    internal BlockValue(BlockColumn column, int scaler, string? text)
    {
        Column = column;
        Scaler = scaler;
        if (text is not null && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == text)
        {
            IsNumber = true;
            Number = number;
        }
        else
        {
            _text = text;
        }
    }

    internal BlockValue(BlockColumn column, int scaler, long number)
    {
        Column = column;
        Scaler = scaler;
        IsNumber = true;
        Number = number;
    }

    internal BlockColumn Column { get; }

    internal int Scaler { get; }

    /// <summary>True where <see cref="Number"/> says it all.</summary>
    internal bool IsNumber { get; }

    internal long Number { get; }

    /// <summary>Null for null-data.</summary>
    internal string? Text => IsNumber ? Number.ToString(CultureInfo.InvariantCulture) : _text;
}
