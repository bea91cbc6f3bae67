using Concentrator.Store.Books;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>Who may join: the meters of the book that are neither exchanged nor retired.</summary>
internal sealed class Admission(MeterLifeBook book, bool acceptsUnknown) : IMeterAdmission
{
    private readonly Lock _lock = new();
    private (long Version, IReadOnlyList<ExpectedMeter> Meters) _all = (-1, []);

    public bool AcceptsUnknown => acceptsUnknown;

    public long Version => book.Version;

    public IReadOnlyList<ExpectedMeter> All
    {
        get
        {
            lock (_lock)
            {
                var version = book.Version;
                if (_all.Version != version)
                {
                    _all = (version, [.. book.Open.Select(Of)]);
                }

                return _all.Meters;
            }
        }
    }

    /// <summary>The EUI says which node it is; the serial number counts only where nobody is expected under that EUI, and not for a meter that is expected under another one.</summary>
    public ExpectedMeter? Find(string eui, string? serial)
    {
        eui = eui.Trim().ToUpperInvariant();
        return book.FindEui(eui) is { } byEui ? Of(byEui)
            : serial?.Trim().ToUpperInvariant() is { Length: > 0 } number && book.FindSerial(number) is { } bySerial && bySerial.Eui is null ? Of(bySerial)
            : null;
    }

    private static ExpectedMeter Of(MeterLifeRecord life) => new(life.Meter, life.Eui, life.Serial, life.Profile);
}
