using Concentrator.Ports;
using Metering;

namespace Concentrator.Field;

/// <summary>What the registry holds of one meter; changed by the intake alone.</summary>
internal sealed class MeterEntry(MeterId id, string media, string? place, DateTime? firstHeard, KeepSlot keep)
{
    internal MeterId Id { get; } = id;

    internal string Media { get; } = media;

    internal string? Place { get; } = place;

    internal DateTime? FirstHeard { get; private set; } = firstHeard;

    internal KeepSlot Keep { get; } = keep;

    /// <summary>Slots of what it says by itself on a customer interface.</summary>
    internal PushSlots Pushes { get; } = new(keep.Slot);

    internal bool Accepted { get; set; }

    internal DateTime? LastHeard { get; private set; }

    internal long LastMonotonic { get; private set; }

    internal int? RssiDbm { get; private set; }

    internal string Source { get; private set; } = "";

    internal long Heard { get; private set; }

    internal long Decoded { get; private set; }

    internal long Kept { get; set; }

    internal string Security { get; private set; } = "clear";

    internal string? Sentence { get; private set; }

    /// <summary>Takes one telegram; gives true where what a head-end knows of the meter changed.</summary>
    internal bool Hear(BoxTime at, string source, int? rssi, bool decoded, string security, string? sentence)
    {
        var changed = Heard == 0 || Security != security || Sentence != sentence;
        FirstHeard ??= at.Utc;
        LastHeard = at.Utc ?? LastHeard;
        LastMonotonic = at.Monotonic;
        RssiDbm = rssi ?? RssiDbm;
        Source = source;
        Heard++;
        Decoded += decoded ? 1 : 0;
        Security = security;
        Sentence = sentence;
        return changed;
    }

    internal MeterView ToView(bool hasKey) => new(
        Id, Media, Source, Accepted, FirstHeard, LastHeard, RssiDbm, Heard, Decoded, Kept, Security, Sentence, Place, hasKey);
}
