using System.Collections.Frozen;

namespace Protocols.Dlms.Client;

/// <summary>Where the change of a key stands. It is written down before every step, so that a restart goes on from it.</summary>
public enum KeyRotationState : byte
{
    /// <summary>The new key is written down; the meter knows nothing of it.</summary>
    Pending,
    /// <summary>key_transfer is on its way, or was when we were interrupted.</summary>
    Sent,
    /// <summary>The meter took it, as it says; the new key has not served yet.</summary>
    Accepted,
    /// <summary>An association under the new key was made: the old one may be forgotten.</summary>
    Confirmed,
    /// <summary>Nobody knows which key the meter has.</summary>
    Unknown,
    /// <summary>The meter refused it, or still serves the old key: the new one may be forgotten.</summary>
    Refused,
}

/// <summary>What happens to the change of a key.</summary>
public enum KeyRotationEvent : byte
{
    /// <summary>key_transfer was sent.</summary>
    Send,
    /// <summary>The meter answered with success, under the old key or the new one.</summary>
    Success,
    /// <summary>The meter answered with an error.</summary>
    Failure,
    /// <summary>No answer, or none that either key opens; or a restart in between.</summary>
    Silence,
    /// <summary>An association under the new key was made.</summary>
    NewKeyServes,
    /// <summary>An association under the old key was made.</summary>
    OldKeyServes,
    /// <summary>An association under the key that was tried failed.</summary>
    KeyFails,
}

/// <summary>
/// The recipe of a key's change as a table (IEC 62056-6-2, class 64; specification 8.6): the new key is kept before it is sent, and the old one until the new one served. After an unknown outcome new and
/// old are tried, at most twice a day, since meters lock themselves.
/// </summary>
/// <param name="State">Where it stands.</param>
/// <param name="FirstProbe">When the first of the last two probes was made; MinValue for none.</param>
/// <param name="LastProbe">When the last was made.</param>
/// <param name="TriedNew">The last one was made with the new key.</param>
public readonly record struct KeyRotation(KeyRotationState State, DateTime FirstProbe, DateTime LastProbe, bool TriedNew = false)
{
    /// <summary>Two probes in so long are all there are.</summary>
    public static readonly TimeSpan ProbeWindow = TimeSpan.FromHours(24);

    private static readonly FrozenDictionary<(KeyRotationState, KeyRotationEvent), KeyRotationState> Rows = new Dictionary<(KeyRotationState, KeyRotationEvent), KeyRotationState>
    {
        [(KeyRotationState.Pending, KeyRotationEvent.Send)] = KeyRotationState.Sent,
        [(KeyRotationState.Sent, KeyRotationEvent.Success)] = KeyRotationState.Accepted,
        [(KeyRotationState.Sent, KeyRotationEvent.Failure)] = KeyRotationState.Refused,
        [(KeyRotationState.Sent, KeyRotationEvent.Silence)] = KeyRotationState.Unknown,
        [(KeyRotationState.Accepted, KeyRotationEvent.NewKeyServes)] = KeyRotationState.Confirmed,
        [(KeyRotationState.Accepted, KeyRotationEvent.KeyFails)] = KeyRotationState.Unknown,
        [(KeyRotationState.Accepted, KeyRotationEvent.Silence)] = KeyRotationState.Accepted,
        [(KeyRotationState.Unknown, KeyRotationEvent.NewKeyServes)] = KeyRotationState.Confirmed,
        [(KeyRotationState.Unknown, KeyRotationEvent.OldKeyServes)] = KeyRotationState.Refused,
        [(KeyRotationState.Unknown, KeyRotationEvent.KeyFails)] = KeyRotationState.Unknown,
        [(KeyRotationState.Unknown, KeyRotationEvent.Silence)] = KeyRotationState.Unknown,
    }.ToFrozenDictionary();

    /// <summary>A change whose new key is written down.</summary>
    public static KeyRotation Begin() => new(KeyRotationState.Pending, DateTime.MinValue, DateTime.MinValue);

    /// <summary>The old key must be kept.</summary>
    public bool KeepsOldKey => State is not KeyRotationState.Confirmed;

    /// <summary>The new key must be kept.</summary>
    public bool KeepsNewKey => State is not KeyRotationState.Refused;

    /// <summary>The key to associate with: the new one where the meter took it; after an unknown outcome first the new one, then the old one. Null where no probe may be made before <see cref="ProbeAgainAt"/>.</summary>
    public bool? UsesNewKey(DateTime now) => State switch
    {
        KeyRotationState.Pending or KeyRotationState.Refused => false,
        KeyRotationState.Accepted or KeyRotationState.Confirmed => true,
        KeyRotationState.Sent => null, // the answer is awaited; after a restart it is Silence
        _ => now < ProbeAgainAt ? null : !TriedNew,
    };

    /// <summary>Before this no key is tried.</summary>
    public DateTime ProbeAgainAt => State == KeyRotationState.Unknown && FirstProbe > DateTime.MinValue ? FirstProbe + ProbeWindow : DateTime.MinValue;

    /// <summary>A key is about to be tried: written down before it is.</summary>
    public KeyRotation Probed(DateTime now) => this with { FirstProbe = LastProbe, LastProbe = now, TriedNew = !TriedNew };

    /// <summary>What follows; null for an event that does not belong to the state.</summary>
    public KeyRotation? Next(KeyRotationEvent happened)
    {
        if (!Rows.TryGetValue((State, happened), out var next))
        {
            return null;
        }

        return this with { State = next };
    }
}
