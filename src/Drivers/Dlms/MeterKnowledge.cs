using Metering;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>What was learned of one meter and holds until its firmware or the meter changes: read once, not every time.</summary>
internal sealed class MeterKnowledge(MeterId meter)
{
    /// <summary>Logical device name.</summary>
    internal MeterId Meter => meter;

    /// <summary>Firmware id the rest was learned under; null before.</summary>
    internal string? Firmware { get; set; }

    /// <summary>The object list; null before it was read.</summary>
    internal IReadOnlyList<ListedObject>? Objects { get; set; }

    /// <summary>Scaler and unit of registers.</summary>
    internal Dictionary<(ushort, Obis), ScalerUnit> Units { get; } = [];

    /// <summary>How profiles are built.</summary>
    internal Dictionary<Obis, ProfileLayout> Profiles { get; } = [];

    /// <summary>Profiles that give no ranges.</summary>
    internal HashSet<Obis> WithoutRange { get; } = [];

    /// <summary>The lowest invocation counter the meter takes, as it told without authentication: a hint.</summary>
    internal uint CounterHint { get; set; }

    /// <summary>Forgets everything that a new firmware may have changed.</summary>
    internal void Forget()
    {
        Objects = null;
        Units.Clear();
        Profiles.Clear();
        WithoutRange.Clear();
    }
}
