namespace Concentrator.Field;

/// <summary>
/// What is kept from the air, per meter: the first telegram of each slot, every one whose status differs, the first after silence. Pure.
/// </summary>
/// <param name="slot">Length of a slot; zero keeps all.</param>
internal sealed class KeepSlot(TimeSpan slot)
{
    private static readonly TimeSpan Silence = TimeSpan.FromHours(24);
    private long _slotNumber = long.MinValue;
    private uint _status;
    private TimeSpan _heardAt;

    /// <summary>Length of a slot; zero keeps all.</summary>
    internal TimeSpan Slot => slot;

    /// <summary>Judges one telegram and remembers it.</summary>
    /// <param name="at">Time of reception on the clock slots are cut by (UTC, or the boot's where UTC is unset).</param>
    /// <param name="status">Status and alarm bits, and whether it could be decoded.</param>
    internal bool Keeps(TimeSpan at, uint status)
    {
        if (slot <= TimeSpan.Zero)
        {
            return true;
        }

        var number = at.Ticks / slot.Ticks;
        var keeps = number != _slotNumber || status != _status || at - _heardAt >= Silence;
        _heardAt = at;
        if (keeps)
        {
            (_slotNumber, _status) = (number, status);
        }

        return keeps;
    }
}
