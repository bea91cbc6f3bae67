using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Dlms;

/// <summary>Fake time that waits for who is at work: what takes real time, on a busy machine more than elsewhere, takes no fake time.</summary>
internal sealed class PatientClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>True while somebody works, and waits neither for time nor for octets.</summary>
    internal Func<bool> IsBusy { get; set; } = () => false;
}
